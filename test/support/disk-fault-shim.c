/* Makes one process's disk lie, fail or hang when it is asked to synchronise, and nothing else. Loaded with LD_PRELOAD; what
 * it does is read from a file that is mapped into memory, so a test changes it by writing one byte. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { HONEST = 0, LYING = 1, FAILING = 2, HANGING = 3 };

static volatile unsigned char *behaviour;
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void prepare(void) {
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    const char *path = getenv("DISK_FAULT_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) abort(); /* a shim that does nothing would let a test pass for nothing */
    void *mapped = mmap(NULL, 1, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) abort();
    behaviour = mapped;
}

static int synchronise(int file, int (*really)(int)) {
    const struct timespec moment = {0, 10 * 1000 * 1000};
    while (*behaviour == HANGING) nanosleep(&moment, NULL);
    if (*behaviour == LYING) return 0;
    if (*behaviour == FAILING) {
        errno = EIO;
        return -1;
    }
    return really(file);
}

int fsync(int file) { return synchronise(file, real_fsync); }

int fdatasync(int file) { return synchronise(file, real_fdatasync); }
