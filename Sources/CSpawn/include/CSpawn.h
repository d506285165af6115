#ifndef IMM_CSPAWN_H
#define IMM_CSPAWN_H

#include <sys/types.h>

// posix_spawn with what Swift does not see of it (GNU extensions): a session of its own, in `directory`, with nothing for its
// input, its output appended to `output_path`, `life` as descriptor 3, and no other descriptor of ours. Signals are as a new
// program expects them. Returns 0 and sets `pid`, or returns an errno.
int imm_spawn_detached(
    const char *_Nonnull program, char *_Nullable const *_Nonnull arguments, char *_Nullable const *_Nonnull environment,
    const char *_Nonnull directory, const char *_Nonnull output_path, int life, pid_t *_Nonnull pid);

#endif
