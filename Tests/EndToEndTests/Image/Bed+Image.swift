import Ambient
import Glibc
import Testing

extension Bed {
    /// Runs a program to its end, and returns what it said on both outputs.
    func output(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], exits code: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let output = directory + "/output-\(TestEngine.freshID())"
        let process = try ChildProcess(program, arguments, environment: environment, output: output)
        let exit = try await process.wait(.seconds(90))
        process.end()
        let said = try readText(output)
        let command = arguments.joined(separator: " ")
        #expect(exit == .code(code), "\(program) \(command): \(said)", sourceLocation: sourceLocation)
        return said
    }

    /// Runs the engine's own client.
    @discardableResult
    func docker(
        _ arguments: String..., exits code: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        try await output(
            "/usr/bin/env", ["docker"] + arguments, environment: ["DOCKER_HOST": "unix://" + daemon.endpoint],
            exits: code, sourceLocation: sourceLocation)
    }

    /// Runs immctl as an administrator over TCP.
    @discardableResult
    func immctlOverTLS(
        _ arguments: String..., exits code: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        try await output(
            Daemon.programs + "/immctl", arguments, environment: ["IMM_KUBECONFIG": daemon.kubeconfig], exits: code,
            sourceLocation: sourceLocation)
    }

    /// The first process of immd's container.
    func containerPID() async throws -> String {
        let said = try await docker("inspect", "--format", "{{.State.Pid}}", daemon.container)
        return String(said.filter { !$0.isNewline })
    }

    /// Two instances that write on a volume each, with a file, as people write them.
    @discardableResult
    func writersFile(image: String) throws -> String {
        let path = directory + "/db.yaml"
        let text = """
            apiVersion: imm.dev/v1alpha1
            kind: InstanceSet
            metadata:
              name: db
            spec:
              replicas: 2
              template:
                spec:
                  image: \(image)
                  command: [/bin/writer]
                  network: none
                  terminationGracePeriodSeconds: 5
                  files:
                    - path: /etc/app.conf
                      content: |
                        mode=plain
                  volumeMounts:
                    - name: data
                      mountPath: /data
              volumeClaimTemplates:
                - name: data
                  spec:
                    size: 16Mi

            """
        guard let file = fopen(path, "w") else { throw Failure("\(path) cannot be written") }
        fputs(text, file)
        fclose(file)
        return path
    }
}
