#ifndef COMETHUB_CHIREDIS_SHIM_H
#define COMETHUB_CHIREDIS_SHIM_H

#include <hiredis/hiredis.h>
#include <hiredis/read.h>

/*
 * One face for hiredis 0.14 (Debian 12, Ubuntu 22.04) and 1.x (Debian 13, Ubuntu 24.04), whose reader's structures differ. What
 * differs is told apart by the compiler here, so that it can't be told apart wrongly anywhere else.
 */
#if HIREDIS_MAJOR > 1
#error "comethub needs libhiredis 0.14 or 1.x: nobody has seen yet what a later one changes"
#endif

/* The names of the types that RESP3 added, which 0.14 refuses by itself. */
#if HIREDIS_MAJOR == 0
#define REDIS_REPLY_DOUBLE 7
#define REDIS_REPLY_BOOL 8
#define REDIS_REPLY_MAP 9
#define REDIS_REPLY_SET 10
#define REDIS_REPLY_PUSH 12
#define REDIS_REPLY_BIGNUM 13
#define REDIS_REPLY_VERB 14
#endif

/* How many elements an array has. */
#if HIREDIS_MAJOR == 0
typedef int chiredis_count;
#else
typedef size_t chiredis_count;
#endif

/* The table of the functions that make objects, without those that a version lacks. */
static inline redisReplyObjectFunctions chiredis_object_functions(
    void *(*string)(const redisReadTask *, char *, size_t), void *(*array)(const redisReadTask *, chiredis_count),
    void *(*integer)(const redisReadTask *, long long), void *(*nil)(const redisReadTask *),
    void *(*floating)(const redisReadTask *, double, char *, size_t), void *(*boolean)(const redisReadTask *, int),
    void (*release)(void *)) {
    redisReplyObjectFunctions functions = {0};
    functions.createString = string;
    functions.createArray = array;
    functions.createInteger = integer;
    functions.createNil = nil;
    functions.freeObject = release;
#if HIREDIS_MAJOR == 0
    (void)floating;
    (void)boolean;
#else
    functions.createDouble = floating;
    functions.createBool = boolean;
#endif
    return functions;
}

/* The type of the reply that a reader is inside of; -1 before its first byte. */
static inline int chiredis_unfinished_type(const redisReader *reader) {
    const int index = reader->ridx;
#if HIREDIS_MAJOR == 0
    const int count = (int)(sizeof(reader->rstack) / sizeof(reader->rstack[0]));
    return index >= 0 && index < count ? reader->rstack[index].type : -1;
#else
    return index >= 0 && index < reader->tasks ? reader->task[index]->type : -1;
#endif
}

#endif
