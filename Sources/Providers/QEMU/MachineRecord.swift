internal import InfraAPI
internal import JSON
internal import ProviderInterface

/// What an instance is, as its sidecar `instance.json` keeps it: labels, and what its process is started with. Secrets are not in
/// it: they stand in the seed.
struct MachineRecord: Sendable, Hashable {
    struct Volume: Sendable, Hashable {
        var claim: String
        var uid: String
    }

    struct ForwardedPort: Sendable, Hashable {
        var name: String
        var guestPort: Int
        /// nil: chosen at the start.
        var hostPort: Int?
        var isUDP: Bool
    }

    var installation: String
    var uid: String
    var epoch: Int
    /// Tells this instance from another one under the same name.
    var nonce: String
    var set: String
    var slot: Int
    var instanceName: String
    var revision: String
    var image: String
    var processors: Int
    var memoryBytes: Int
    var hasReadOnlyRoot: Bool
    var hasNetwork: Bool
    /// Whether the image has our agent.
    var hasAgent: Bool
    var ports: [ForwardedPort] = []
    /// Attached at creation.
    var volumes: [Volume] = []
    /// Paths by claim, where volumes are mounted, now or when they are plugged in.
    var mountPaths: [String: [String]] = [:]
}

extension MachineRecord {
    var json: JSONValue {
        [
            "installation": .string(installation), "uid": .string(uid), "epoch": .int(Int64(epoch)),
            "nonce": .string(nonce), "set": .string(set), "slot": .int(Int64(slot)),
            "instanceName": .string(instanceName), "revision": .string(revision), "image": .string(image),
            "processors": .int(Int64(processors)), "memoryBytes": .int(Int64(memoryBytes)),
            "hasReadOnlyRoot": .bool(hasReadOnlyRoot), "hasNetwork": .bool(hasNetwork),
            "hasAgent": .bool(hasAgent),
            "ports": .array(
                ports.map { port in
                    var value: JSONValue = [
                        "name": .string(port.name), "guestPort": .int(Int64(port.guestPort)),
                        "isUDP": .bool(port.isUDP),
                    ]
                    value["hostPort"] = port.hostPort.map { .int(Int64($0)) }
                    return value
                }),
            "volumes": .array(volumes.map { ["claim": .string($0.claim), "uid": .string($0.uid)] }),
            "mountPaths": .object(
                JSONObject(
                    mountPaths.sorted { $0.key < $1.key }.map { ($0.key, .array($0.value.map { .string($0) })) })),
        ]
    }

    init?(json: JSONValue) {
        guard let installation = json["installation"]?.stringValue, let uid = json["uid"]?.stringValue,
            let epoch = json["epoch"]?.intValue, let nonce = json["nonce"]?.stringValue,
            let set = json["set"]?.stringValue, let slot = json["slot"]?.intValue,
            let image = json["image"]?.stringValue, let processors = json["processors"]?.intValue,
            let memoryBytes = json["memoryBytes"]?.intValue
        else { return nil }
        (self.installation, self.uid, self.epoch, self.nonce) = (installation, uid, Int(epoch), nonce)
        (self.set, self.slot, self.image) = (set, Int(slot), image)
        instanceName = json["instanceName"]?.stringValue ?? ""
        revision = json["revision"]?.stringValue ?? ""
        (self.processors, self.memoryBytes) = (Int(processors), Int(memoryBytes))
        hasReadOnlyRoot = json["hasReadOnlyRoot"]?.boolValue ?? true
        hasNetwork = json["hasNetwork"]?.boolValue ?? true
        hasAgent = json["hasAgent"]?.boolValue ?? true
        ports = (json["ports"]?.arrayValue ?? []).compactMap { port in
            guard let name = port["name"]?.stringValue, let guestPort = port["guestPort"]?.intValue else { return nil }
            return ForwardedPort(
                name: name, guestPort: Int(guestPort), hostPort: port["hostPort"]?.intValue.map { Int($0) },
                isUDP: port["isUDP"]?.boolValue ?? false)
        }
        volumes = (json["volumes"]?.arrayValue ?? []).compactMap { volume in
            guard let claim = volume["claim"]?.stringValue, let uid = volume["uid"]?.stringValue else { return nil }
            return Volume(claim: claim, uid: uid)
        }
        for member in json["mountPaths"]?.objectValue ?? JSONObject() {
            mountPaths[member.key] = (member.value.arrayValue ?? []).compactMap(\.stringValue)
        }
    }
}

/// What a running process was started with, `process.json`.
struct MachineProcess: Sendable, Hashable {
    var pid: Int32
    var startTime: String
    /// Chosen host ports by the name of the port.
    var hostPorts: [String: Int]

    var json: JSONValue {
        [
            "pid": .int(Int64(pid)), "startTime": .string(startTime),
            "hostPorts": .object(
                JSONObject(hostPorts.sorted { $0.key < $1.key }.map { ($0.key, .int(Int64($0.value))) })),
        ]
    }

    init(pid: Int32, startTime: String, hostPorts: [String: Int]) {
        (self.pid, self.startTime, self.hostPorts) = (pid, startTime, hostPorts)
    }

    init?(json: JSONValue) {
        guard let pid = json["pid"]?.intValue, let startTime = json["startTime"]?.stringValue else { return nil }
        var ports: [String: Int] = [:]
        for member in json["hostPorts"]?.objectValue ?? JSONObject() {
            ports[member.key] = member.value.intValue.map { Int($0) }
        }
        self.init(pid: Int32(truncatingIfNeeded: pid), startTime: startTime, hostPorts: ports)
    }
}
