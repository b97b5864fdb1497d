/* Tells the thread sanitizer of what Swift's Mutex does when it is contended.
 *
 * Its fast path is atomics in our own code, which the sanitizer sees. The slow path is in libswiftSynchronization, which
 * is not instrumented, and there the kernel itself hands the lock over (FUTEX_LOCK_PI): without this, whatever a
 * contended mutex guards is reported as a race. scripts/sanitize preloads it; in a process without the sanitizer it does
 * nothing.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT_CALL __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

extern void __tsan_acquire(void *address) __attribute__((weak));
extern void __tsan_release(void *address) __attribute__((weak));

SWIFT_CALL void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT_CALL void unlock_slow(SELF) __asm__(UNLOCK);

SWIFT_CALL void lock_slow(uint32_t thread, SELF) {
    SWIFT_CALL void (*original)(uint32_t, SELF) = dlsym(RTLD_NEXT, LOCK);
    original(thread, self);
    if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT_CALL void unlock_slow(SELF) {
    SWIFT_CALL void (*original)(SELF) = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(self);
    original(self);
}
