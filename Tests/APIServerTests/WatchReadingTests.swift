@testable import APIClient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct WatchReadingTests {
    @Test func `lines are put together from chunks, and empty ones left out`() {
        var splitter = LineSplitter(maxLineBytes: 100)
        func feed(_ text: String) -> [String]? {
            splitter.lines(adding: Array(text.utf8))?.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(feed("{\"a\"") == [])
        #expect(splitter.isInsideLine)
        #expect(feed(":1}\n{\"b\":2}\n\n{") == ["{\"a\":1}", "{\"b\":2}"])
        #expect(feed("}\n") == ["{}"])
        #expect(!splitter.isInsideLine)
    }

    @Test func `a line beyond the limit is refused`() {
        var splitter = LineSplitter(maxLineBytes: 10)
        #expect(splitter.lines(adding: Array("123456789".utf8)) == [])
        #expect(splitter.lines(adding: Array("01".utf8)) == nil)
    }

    @Test func `paths and queries are percent-encoded`() {
        var path = RequestPath(
            ObjectReference(Secret.resourceType, namespace: "a b", name: "c/d"), subresource: "status")
        path.add("labelSelector", "x in (a,ü)")
        path.add("force", true)
        path.add("dryRun", nil as String?)
        #expect(
            path.string
                == "/api/v1/namespaces/a%20b/secrets/c%2Fd/status?labelSelector=x%20in%20%28a%2C%C3%BC%29&force=true")
    }

    @Test func `an answer that is no Status still says what it was`() {
        let status = APIStatus.answered(502, Array("bad gateway".utf8), .url("https://imm.test"))
        #expect((status.code, status.reason) == (502, .internalError))
        #expect(status.message == "https://imm.test answered with status 502: bad gateway")
    }
}
