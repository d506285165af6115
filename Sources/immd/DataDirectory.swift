import Glibc

/// The usual places: root's under /var/lib and /run, everybody else's under the XDG directories.
enum DataDirectory {
    static var standard: String {
        if let set = Environment["IMM_DATA_DIR"] { return set }
        if geteuid() == 0 { return "/var/lib/imm" }
        return (Environment["XDG_STATE_HOME"] ?? (Environment["HOME"] ?? "/tmp") + "/.local/state") + "/imm"
    }

    static var standardSocket: String {
        if let set = Environment["IMM_SOCKET"] { return set }
        if geteuid() == 0 { return "/run/imm/imm.sock" }
        return (Environment["XDG_RUNTIME_DIR"] ?? "/run/user/\(geteuid())") + "/imm/imm.sock"
    }
}
