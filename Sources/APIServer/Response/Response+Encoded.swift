import Hummingbird
import JSON
import NIOCore
import ResourceAPI

extension Response {
    /// An object that is encoded already.
    static func encoded(_ object: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: object)))
    }

    /// A list of objects that are encoded already, put together without reading them.
    static func encoded(_ list: EncodedList, apiVersion: String, kind: String) -> Response {
        let head: JSONValue = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "metadata": list.head.metadata,
        ]
        var buffer = ByteBuffer()
        buffer.reserveCapacity(list.items.reduce(1024) { $0 + $1.count + 1 })
        buffer.writeBytes(head.encoded().dropLast())
        buffer.writeString(#","items":["#)
        for (index, item) in list.items.enumerated() {
            if index > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            buffer.writeBytes(item)
        }
        buffer.writeString("]}")
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: buffer))
    }
}
