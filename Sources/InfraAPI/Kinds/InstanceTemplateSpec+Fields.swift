import JSON

extension InstanceTemplateSpec: SchemaRecord {
    public static let fields: [Field<InstanceTemplateSpec>] = [
        .required(
            "image", \.image, .string(.imageReference, minimum: 1, maximum: 512),
            "repository[:tag][@digest], or an image ID (sha256:…)."),
        .plain("command", \.command, .arguments, "Replaces the image's entry point."),
        .plain("args", \.args, .arguments, "Arguments of the command, or of the image's entry point."),
        .optional("workingDir", \.workingDir, .path(.absolutePath), "Absolute path; unset: the image's."),
        .optional(
            "user", \.user, .string(.user, minimum: 1, maximum: 256), "name|uid[:group|gid]; unset: the image's."),
        .plain(
            "env", \.env,
            .list(
                of: .record(rules: [.exactlyOneOf(["value", "secretRef"])]), .map(keys: ["name"]), maximum: 1000),
            "Environment variables."),
        .plain(
            "files", \.files,
            .list(
                of: .record(rules: [.exactlyOneOf(["content", "secretRef"])]), .map(keys: ["path"]), maximum: 100),
            "Files that are there, read-only, when the instance is made."),
        .plain("ports", \.ports, .list(of: .record, .map(keys: ["name"]), maximum: 100), "Ports that it listens on."),
        .plain("resources", \.resources, .record, "Upper limits."),
        .defaulted(
            "network", \.network, .string(.networkName, minimum: 1, maximum: 128),
            "bridge, none, host, or the name of a network of the provider."),
        .defaulted("readOnlyRootFilesystem", \.readOnlyRootFilesystem, .bool, "Whether only mounts can be written."),
        .plain(
            "writablePaths", \.writablePaths, .list(of: .path(.absolutePathBelowRoot), .set, maximum: 100),
            "Absolute paths that get an empty file system in memory."),
        .optional("readinessProbe", \.readinessProbe, .probe, "Whether it can serve; unset: it is ready once it runs."),
        .optional("livenessProbe", \.livenessProbe, .probe, "Whether it still works; replaced when it does not."),
        .plain(
            "volumeMounts", \.volumeMounts, .list(of: .record, .map(keys: ["mountPath"]), maximum: 100),
            "Where the slot's volumes appear."),
        .defaulted(
            "terminationGracePeriodSeconds", \.terminationGracePeriodSeconds, .int(0...86_400),
            "Time between the request to stop and the kill."),
    ]
}

extension EnvironmentVariable: SchemaRecord {
    public static let fields: [Field<EnvironmentVariable>] = [
        .required("name", \.name, .string(.envName, minimum: 1, maximum: 253), "Name of the variable."),
        .optional("value", \.value, .string(maximum: 131_072), "Its value, as it is: nothing is expanded."),
        .optional("secretRef", \.secretRef, .record, "A key of a Secret to take the value from."),
    ]
}

extension FileMount: SchemaRecord {
    public static let fields: [Field<FileMount>] = [
        .required("path", \.path, .path(.absolutePathBelowRoot), "Absolute path in the instance."),
        .optional("content", \.content, .string(maximum: 262_144), "What stands in the file."),
        .optional("secretRef", \.secretRef, .record, "A key of a Secret to take the content from."),
        .defaulted("mode", \.mode, .fileMode, "Permission bits, as a number or in octal (\"0444\")."),
    ]
}

extension SecretReference: SchemaRecord {
    public static let fields: [Field<SecretReference>] = [
        .required("name", \.name, .objectName, "Name of the Secret, in the namespace of the set."),
        .required("key", \.key, .string(.secretKey, minimum: 1, maximum: 253), "Key in its data."),
    ]
}

extension Port: SchemaRecord {
    public static let fields: [Field<Port>] = [
        .required("name", \.name, .string(.portName, minimum: 1, maximum: 15), "Name that probes refer to."),
        .required("containerPort", \.containerPort, .int(1...65_535), "Port that the instance listens on."),
        .optional(
            "hostPort", \.hostPort, .int(1...65_535), "Port of the host; unset: the provider chooses, status shows it."),
        .defaulted("protocol", \.protocol, .enumeration, "TCP or UDP."),
    ]
}

extension ResourceLimits: SchemaRecord {
    public static let fields: [Field<ResourceLimits>] = [
        .optional(
            "cpu", \.cpu, .quantity(Quantity(milli: 1)...Quantity(bytes: 100_000)), "Cores; 500m is half of one."),
        .optional(
            "memory", \.memory, .quantity(Quantity(bytes: 1 << 20)...Quantity(bytes: 1 << 60)), "Bytes, at least 1Mi."),
        .optional("pids", \.pids, .int(1...4_194_304), "Processes and threads."),
    ]
}

extension Probe: SchemaRecord {
    public static let fields: [Field<Probe>] = [
        .optional("httpGet", \.httpGet, .record, "Passes when the answer's status is 200 to 399."),
        .optional("tcpSocket", \.tcpSocket, .record, "Passes when the port accepts a connection."),
        .optional("exec", \.exec, .record, "Passes when the command exits with 0."),
        .defaulted("periodSeconds", \.periodSeconds, .int(1...3600), "Time between two probes."),
        .defaulted("timeoutSeconds", \.timeoutSeconds, .int(1...3600), "How long one probe may take."),
        .defaulted("failureThreshold", \.failureThreshold, .int(1...1000), "Failures in a row that count."),
    ]
}

extension HTTPGetAction: SchemaRecord {
    public static let fields: [Field<HTTPGetAction>] = [
        .defaulted("path", \.path, .string(.urlPath, minimum: 1, maximum: 2048), "Path and query."),
        .required("port", \.port, .intOrString(1...65_535, or: .portName), "Name or number of a port."),
    ]
}

extension TCPSocketAction: SchemaRecord {
    public static let fields: [Field<TCPSocketAction>] = [
        .required("port", \.port, .intOrString(1...65_535, or: .portName), "Name or number of a port.")
    ]
}

extension ExecAction: SchemaRecord {
    public static let fields: [Field<ExecAction>] = [
        .required(
            "command", \.command, .list(of: .string(maximum: 131_072), .atomic, minimum: 1, maximum: 1000),
            "The program and its arguments; no shell.")
    ]
}

extension VolumeMount: SchemaRecord {
    public static let fields: [Field<VolumeMount>] = [
        .required(
            "name", \.name, .string(.dns1123Label, minimum: 1, maximum: 63), "Name of a claim of volumeClaimTemplates."),
        .required("mountPath", \.mountPath, .path(.absolutePathBelowRoot), "Absolute path in the instance."),
    ]
}

extension Codec where Value == [String] {
    fileprivate static var arguments: Codec {
        .list(of: .string(maximum: 131_072), .atomic, maximum: 1000)
    }
}

extension Codec where Value == String {
    fileprivate static func path(_ format: StringFormat) -> Codec {
        .string(format, minimum: 1, maximum: 4096)
    }
}

extension Codec where Value == Probe {
    fileprivate static var probe: Codec { .record(rules: [.exactlyOneOf(["httpGet", "tcpSocket", "exec"])]) }
}
