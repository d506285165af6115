import ProcessControl

/// A key for ssh, and the server's own. ssh reads a configuration of ours and nobody else's, talks to no agent, forwards
/// nothing, runs nothing, and asks nobody.
struct SSHAccess {
    private let identity: String
    private let knownHosts: String
    private let ssh: String

    init(_ url: RemoteURL, _ credentials: RemoteCredentials, _ program: GitProgram) throws(GitError) {
        guard let identity = credentials.identity, !identity.isEmpty else {
            throw GitError(
                .denied,
                "\(url.text) is asked over ssh, which needs a key: put the private key under 'identity' into the Secret that spec.credentials names."
            )
        }
        guard let knownHosts = credentials.knownHosts, knownHosts.contains(where: { !$0.isWhitespace }) else {
            throw GitError(
                .denied,
                "Nothing says which key the server of \(url.text) has, so that anybody could answer for it: put the lines of 'ssh-keyscan HOST', once compared with what the server's owner publishes, under 'known_hosts' into the Secret that spec.credentials names."
            )
        }
        guard let ssh = program.find("ssh") else {
            throw GitError(.failed, "\(url.text) is asked over ssh, which is not installed. Install openssh-client.")
        }
        self.identity = SSHAccess.lines(identity)
        self.knownHosts = SSHAccess.lines(knownHosts)
        self.ssh = ssh
    }

    /// ssh reads no key whose last line has no end, or that has the line ends of Windows.
    private static func lines(_ text: String) -> String {
        var text = String(text.map { $0 == "\r\n" ? "\n" : $0 })
        if text.last != "\n" { text.append("\n") }
        return text
    }

    /// - Returns: the path of what git calls in ssh's place: git gives it arguments of its own and lets us add none, and the two
    ///   fixed lines of it hand them on as they are.
    func write(_ scratch: PrivateDirectory, timeout: Duration) throws(GitError) -> String {
        guard !ssh.contains("'"), !scratch.path.contains(where: { "\"\\$'".contains($0) }) else {
            throw GitError(
                .failed, "The directory \(scratch.path) cannot be named to ssh: use one without quotes, '\\' and '$'.")
        }
        return try filing { () throws(FileFailure) in
            let key = try scratch.write("identity", identity)
            let hosts = try scratch.write("known_hosts", knownHosts)
            let seconds = max(1, min(GitLimits.connectSeconds, Int(timeout.components.seconds)))
            try scratch.write("ssh_config", SSHAccess.configuration(key, hosts, seconds))
            let wrapper = "#!/bin/sh\nexec '\(ssh)' -F \"${0%/*}/ssh_config\" \"$@\"\n"
            return try scratch.write("ssh", Array(wrapper.utf8), isProgram: true)
        }
    }

    private static func configuration(_ key: String, _ hosts: String, _ seconds: Int) -> String {
        let path: (String) -> String = { "\"\($0.replacing("%", with: "%%"))\"" }
        return """
            IdentityFile \(path(key))
            IdentitiesOnly yes
            IdentityAgent none
            AddKeysToAgent no
            UserKnownHostsFile \(path(hosts))
            GlobalKnownHostsFile none
            KnownHostsCommand none
            StrictHostKeyChecking yes
            UpdateHostKeys no
            VerifyHostKeyDNS no
            CanonicalizeHostname no
            PreferredAuthentications publickey
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            GSSAPIAuthentication no
            HostbasedAuthentication no
            BatchMode yes
            ConnectTimeout \(seconds)
            ConnectionAttempts 1
            ServerAliveInterval 15
            ServerAliveCountMax 2
            ProxyCommand none
            ProxyJump none
            ControlMaster no
            ControlPath none
            PermitLocalCommand no
            ClearAllForwardings yes
            ForwardAgent no
            ForwardX11 no
            Tunnel no
            RequestTTY no
            EscapeChar none
            LogLevel ERROR

            """
    }
}
