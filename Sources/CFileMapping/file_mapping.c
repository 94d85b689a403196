#define _GNU_SOURCE
#include "file_mapping.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct {
    uintptr_t start, end;
    int32_t *broken;
} watched_range;

static _Thread_local volatile watched_range watched;
static struct sigaction previous;
static uintptr_t page_size;

static void pass_on(int signal_number, siginfo_t *info, void *context) {
    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(signal_number, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal_number);
    } else {
        // The access is repeated on return and meets the default action.
        signal(signal_number, SIG_DFL);
    }
}

static void bus_error(int signal_number, siginfo_t *info, void *context) {
    const uintptr_t at = (uintptr_t)info->si_addr;
    if (watched.broken && at >= watched.start && at < watched.end) {
        __atomic_store_n(watched.broken, 1, __ATOMIC_SEQ_CST);
        const int saved = errno;
        const uintptr_t first = at & ~(page_size - 1), last = (watched.end + page_size - 1) & ~(page_size - 1);
        void *zeros = mmap((void *)first, last - first, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        errno = saved;
        if (zeros != MAP_FAILED) return;
    }
    pass_on(signal_number, info, context);
}

static void install(void) {
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};
    action.sa_sigaction = bus_error;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &previous);
}

const void *galatea_map_file(int descriptor, size_t size) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (size == 0 || pthread_once(&once, install)) return NULL;
    void *start = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
    return start == MAP_FAILED ? NULL : start;
}

size_t galatea_mapped_page_size(void) { return page_size; }

void galatea_ask_large_pages(const void *start, size_t size) {
#ifdef MADV_HUGEPAGE
    madvise((void *)start, size, MADV_HUGEPAGE);
#else
    (void)start, (void)size;
#endif
}

void galatea_unmap_file(const void *start, size_t size) { munmap((void *)start, size); }

void galatea_release_mapped(const void *start, size_t size) {
    if (size == 0) return;
    // The pages at both ends, too: left to their neighbours, which leave them to us, they would all stay.
    const uintptr_t first = (uintptr_t)start & ~(page_size - 1);
    const uintptr_t last = ((uintptr_t)start + size + page_size - 1) & ~(page_size - 1);
    madvise((void *)first, last - first, MADV_DONTNEED);
}

int galatea_guard_begin(const void *start, size_t size, int32_t *broken) {
    if (watched.broken) return 0;
    watched.start = (uintptr_t)start;
    watched.end = watched.start + size;
    watched.broken = broken;
    // The accesses that follow must not be moved before the watch.
    atomic_signal_fence(memory_order_seq_cst);
    return 1;
}

int galatea_guard_end(const void *beyond) {
    // What was read must have been read before the byte beyond is.
    atomic_thread_fence(memory_order_acquire);
    if (beyond) (void)*(const volatile char *)beyond;
    atomic_signal_fence(memory_order_seq_cst);
    int32_t *broken = watched.broken;
    watched.broken = NULL;
    return __atomic_load_n(broken, __ATOMIC_SEQ_CST);
}

void galatea_expect_mapped(const void *start, size_t size, int32_t *broken) {
    if (size == 0 || !galatea_guard_begin(start, size, broken)) return;
    const uintptr_t from = (uintptr_t)start, end = from + size;
    for (uintptr_t at = from; at < end; at = (at & ~(uintptr_t)(GALATEA_FAULT_AROUND_BYTES - 1)) + GALATEA_FAULT_AROUND_BYTES)
        (void)*(const volatile char *)at;
    galatea_guard_end(NULL);
}
