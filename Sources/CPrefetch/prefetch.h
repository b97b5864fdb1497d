#ifndef HUB_PREFETCH_H
#define HUB_PREFETCH_H

/// Has the cache line at an address read ahead. Any address will do: nothing is read where nothing is.
static inline void hub_prefetch(const void *address) {
    __builtin_prefetch(address);
}

#endif
