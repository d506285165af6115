import CLibcurl
import CShims

/// A libcurl easy handle with the buffer for its error text. Used on the transfer thread only.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var headerList: UnsafeMutablePointer<curl_slist>?

    /// Nil when the C library is out of memory.
    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    deinit {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headerList)
        errorText.deallocate()
    }

    /// Forgets all options and keeps the handle's caches.
    func reset() {
        curl_easy_reset(pointer)
        curl_slist_free_all(headerList)
        headerList = nil
        errorText[0] = 0
        imm_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    }

    /// libcurl's own words for the last failure, or its general text for `code`.
    func errorMessage(for code: CURLcode) -> String {
        errorText[0] != 0 ? String(cString: errorText) : String(cString: curl_easy_strerror(code))
    }

    func set(_ option: CURLoption, _ value: Int) -> Bool {
        imm_curl_set_long(pointer, option, value) == CURLE_OK
    }

    func set(_ option: CURLoption, _ value: String) -> Bool {
        imm_curl_set_string(pointer, option, value) == CURLE_OK
    }

    func set(_ option: CURLoption, blob: [UInt8]) -> Bool {
        blob.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return imm_curl_set_blob(pointer, option, base, bytes.count) == CURLE_OK
        }
    }

    func setBody(_ body: [UInt8]) -> Bool {
        body.withUnsafeBytes { imm_curl_set_body(pointer, $0.baseAddress, $0.count) == CURLE_OK }
    }

    /// The lines that are sent as headers: `Name: value`, `Name;` for an empty one, `Name:` to send none.
    func set(headerLines: [String]) -> Bool {
        for line in headerLines {
            guard let longer = curl_slist_append(headerList, line) else { return false }
            headerList = longer
        }
        return imm_curl_set_pointer(pointer, CURLOPT_HTTPHEADER, headerList) == CURLE_OK
    }

    func number(_ info: CURLINFO) -> Int {
        var value = 0
        return imm_curl_get_long(pointer, info, &value) == CURLE_OK ? value : 0
    }
}
