#include "CShims.h"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

CURLcode imm_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode imm_curl_set_offset(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

CURLcode imm_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode imm_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

CURLcode imm_curl_set_blob(CURL *handle, CURLoption option, const void *bytes, size_t length) {
    struct curl_blob blob = {.data = (void *)bytes, .len = length, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt(handle, option, &blob);
}

CURLcode imm_curl_set_body(CURL *handle, const void *bytes, size_t length) {
    // The size must be set first: COPYPOSTFIELDS copies that many bytes.
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    if (code != CURLE_OK) return code;
    return curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, length == 0 ? "" : (const char *)bytes);
}

CURLcode imm_curl_set_callbacks(
    CURL *handle, imm_curl_data_callback body, imm_curl_data_callback header, imm_curl_prereq_callback prereq,
    void *context) {
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, prereq);
    return curl_easy_setopt(handle, CURLOPT_PREREQDATA, context);
}

CURLcode imm_curl_set_upload(CURL *handle, imm_curl_data_callback body, void *context) {
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, body);
    curl_easy_setopt(handle, CURLOPT_READDATA, context);
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE, (curl_off_t)-1);
    return curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
}

CURLcode imm_curl_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

CURLcode imm_curl_get_socket(CURL *handle, curl_socket_t *value) {
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, value);
}

CURLMcode imm_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

int imm_curl_multi_next_done(CURLM *multi, CURL **handle, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *handle = message->easy_handle;
        *result = message->data.result;
        return 1;
    }
    return 0;
}

int imm_malloc_stay_small(void) {
#if defined(__GLIBC__)
    return mallopt(M_ARENA_MAX, 2) && mallopt(M_MMAP_THRESHOLD, 64 * 1024);
#else
    return 0;
#endif
}

int imm_malloc_trim(void) {
#if defined(__GLIBC__)
    return malloc_trim(0);
#else
    return 0;
#endif
}

extern char **environ;

char **imm_environment(void) { return environ; }
