import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct RenderingTests {
    private static let now = Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000)

    @Test(arguments: [
        (0, "0s"), (1, "1s"), (119, "119s"), (120, "2m"), (150, "2m30s"), (599, "9m59s"), (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"), (12_000, "3h20m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (187_200, "2d4h"),
        (691_200, "8d"), (62_985_600, "729d"), (63_072_000, "2y"), (63_158_400, "2y1d"), (252_288_000, "8y"),
        (-1, "0s"), (-5, "<invalid>"),
    ])
    func `ages are printed as kubectl prints them`(_ seconds: Int, _ expected: String) {
        #expect(Age.text(.seconds(seconds)) == expected)
    }

    @Test func `a table has Name first, then the kind's columns, with ages from the clock`() {
        let created = (RenderingTests.now - .seconds(150)).rfc3339Seconds
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "Secret",
            "metadata": ["name": "s", "creationTimestamp": .string(created)], "type": "Opaque",
            "data": ["a": "eA==", "b": "eA=="],
        ]
        let table = TableRendering.table(of: [object], type: Secret.resourceType, now: RenderingTests.now)
        #expect(table["kind"] == "Table" && table["apiVersion"] == "meta.k8s.io/v1")
        let names = table["columnDefinitions"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
        #expect(names == ["Name", "Type", "Data", "Age"])
        let row = table["rows"]?.arrayValue?.first
        #expect(row?["cells"] == ["s", "Opaque", 2, "2m30s"])
        #expect(row?["object"]?["kind"] == "PartialObjectMetadata")
        #expect(row?["object"]?["metadata"]?["name"] == "s")
        #expect(row?["object"]?["data"] == nil)
    }

    @Test func `wide columns have a priority, missing values are null`() {
        let type = Volume.resourceType
        let columns = TableRendering.columnDefinitions(of: type)
        #expect(columns.first?["format"] == "name" && columns.first?["priority"] == 0)
        #expect(columns.contains { $0["priority"] == 1 })
        let row = TableRendering.row(
            of: ["metadata": ["name": "v", "creationTimestamp": "nonsense"]], type: type, now: RenderingTests.now,
            including: .none)
        let cells = row["cells"]?.arrayValue ?? []
        #expect(cells.count == columns.count)
        #expect(cells.contains(.null) && cells.contains("<invalid>"))
        #expect(row["object"] == nil)
    }

    @Test func `lists keep their version and token, whole or reduced to metadata`() {
        let list = ObjectList(
            items: [["metadata": ["name": "a"], "spec": [:]]], resourceVersion: "12", continuation: "next",
            remainingItemCount: 3)
        let metadata: JSONValue = ["resourceVersion": "12", "continue": "next", "remainingItemCount": 3]
        let table = TableRendering.table(
            of: list, type: Secret.resourceType, now: RenderingTests.now, including: .object)
        #expect(table["metadata"] == metadata)
        #expect(table["rows"]?.arrayValue?.first?["object"] == list.items[0])
        let partial = PartialObject.json(of: list)
        #expect(partial["metadata"] == metadata && partial["kind"] == "PartialObjectMetadataList")
        #expect(partial["items"]?.arrayValue?.first?["spec"] == nil)
    }

    @Test func `a status survives the wire`() throws {
        var status = APIStatus(
            code: 409, reason: .conflict, message: "no", group: "imm.dev", kind: "volumes", name: "v",
            causes: [.init(reason: "R", message: "m", field: "f"), .init(reason: "S", message: "n", field: "")])
        status.uid = "u"
        status.retryAfterSeconds = 4
        let wire = status.json
        #expect(APIStatus(json: wire) == status)
        #expect(wire["kind"] == "Status" && wire["status"] == "Failure" && wire["apiVersion"] == "v1")
        #expect(wire["details"]?["causes"]?.arrayValue?.last == ["reason": "S", "message": "n"])
        #expect(APIStatus(json: ["kind": "Secret"]) == nil)
        let odd = APIStatus(json: ["kind": "Status", "code": 418, "reason": "Teapot", "message": "m"])
        #expect(odd?.reason == .unknown && odd?.code == 418)
    }
}
