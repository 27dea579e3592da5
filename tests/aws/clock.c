/* Puts the wall clock of a process forward by what a shared file says, at once and for all
 * processes that map the file. Only the wall clock: what measures durations, and what sleeps,
 * is left alone. (libfaketime gets the sleeps of Python wrong.)
 *
 * LD_PRELOAD=clock.so NIGHTOWL_TEST_CLOCK=FILE; the file holds one number of eight bytes: seconds. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *ahead;

__attribute__((constructor)) static void open_the_clock(void) {
    const char *name = getenv("NIGHTOWL_TEST_CLOCK");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (page != MAP_FAILED) ahead = page;
}

int clock_gettime(clockid_t which, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, which, now);
    int is_wall_clock = which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE;
    if (result == 0 && is_wall_clock && ahead) now->tv_sec += *ahead;
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    (void)zone;
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}

time_t time(time_t *kept) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (kept) *kept = exact.tv_sec;
    return exact.tv_sec;
}
