#ifndef IMM_CSHIMS_H
#define IMM_CSHIMS_H

#include <curl/curl.h>
#include <stddef.h>
#include <stdint.h>

// Swift cannot call C functions with variable arguments. These wrappers fix the argument types, one wrapper a type;
// the option numbers are CURLoption, CURLMoption and CURLINFO values.

// Receives `size * count` bytes; returns how many it took.
typedef size_t (*imm_curl_data_callback)(char *_Nonnull data, size_t size, size_t count, void *_Nullable context);

// Called when a connection is chosen and the request is about to be written on it (CURLOPT_PREREQFUNCTION).
typedef int (*imm_curl_prereq_callback)(
    void *_Nullable context, char *_Nullable remote_address, char *_Nullable local_address, int remote_port,
    int local_port);

CURLcode imm_curl_set_long(CURL *_Nonnull handle, CURLoption option, long value);
CURLcode imm_curl_set_offset(CURL *_Nonnull handle, CURLoption option, int64_t value);
// libcurl copies the string. NULL restores the default.
CURLcode imm_curl_set_string(CURL *_Nonnull handle, CURLoption option, const char *_Nullable value);
// libcurl keeps the pointer: it must live as long as the transfer.
CURLcode imm_curl_set_pointer(CURL *_Nonnull handle, CURLoption option, void *_Nullable value);
// libcurl copies the bytes (CURL_BLOB_COPY).
CURLcode imm_curl_set_blob(CURL *_Nonnull handle, CURLoption option, const void *_Nonnull bytes, size_t length);
// CURLOPT_COPYPOSTFIELDS with its size: libcurl copies the bytes.
CURLcode imm_curl_set_body(CURL *_Nonnull handle, const void *_Nullable bytes, size_t length);
// CURLOPT_WRITEFUNCTION, HEADERFUNCTION and PREREQFUNCTION, all with one context.
CURLcode imm_curl_set_callbacks(
    CURL *_Nonnull handle, imm_curl_data_callback _Nonnull body, imm_curl_data_callback _Nonnull header,
    imm_curl_prereq_callback _Nonnull prereq, void *_Nullable context);

// CURLOPT_UPLOAD with a body of unknown length from CURLOPT_READFUNCTION, which fills the buffer that it is given.
CURLcode imm_curl_set_upload(CURL *_Nonnull handle, imm_curl_data_callback _Nonnull body, void *_Nullable context);

CURLcode imm_curl_get_long(CURL *_Nonnull handle, CURLINFO info, long *_Nonnull value);

// CURLINFO_ACTIVESOCKET.
CURLcode imm_curl_get_socket(CURL *_Nonnull handle, curl_socket_t *_Nonnull value);

CURLMcode imm_curl_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value);
// Takes the next finished transfer off the queue: 1 with its handle and result, 0 when there is none.
int imm_curl_multi_next_done(
    CURLM *_Nonnull multi, CURL *_Nullable *_Nonnull handle, CURLcode *_Nonnull result);

// Gives freed memory back to the system where the C library can (glibc); 1 when some was.
int imm_malloc_trim(void);

// Makes the allocator keep less of what was freed: two arenas, and large blocks as mappings of their own, always. (Left alone,
// glibc takes larger and larger blocks from its heap.) Call before threads are made. Returns 1 if it took effect; 0 elsewhere
// than on glibc.
int imm_malloc_stay_small(void);

// The process environment, `NAME=value` each, ended by a null pointer.
char *_Nullable *_Nullable imm_environment(void);

#endif
