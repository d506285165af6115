/// A named syntax of strings, with a check and, for OpenAPI documents, the same as a regular expression.
public enum StringFormat: String, Sendable, Hashable, CaseIterable {
    case text
    case dns1123Label
    case dns1123Subdomain
    /// RFC 6335, as Kubernetes names ports.
    case portName
    /// `[prefix/]name`: labels, annotations, finalizers, condition types.
    case labelKey
    case labelValue
    /// Name of an environment variable, as Kubernetes allows it.
    case envName
    case cIdentifier
    /// Key of a Secret.
    case secretKey
    /// Absolute and in its shortest form: no `.`, `..`, empty segment or slash at the end.
    case absolutePath
    /// As `absolutePath`, but not `/` itself.
    case absolutePathBelowRoot
    /// Path, and perhaps query, of an HTTP request.
    case urlPath
    /// `[registry/]repository[:tag][@digest]`, or an image ID.
    case imageReference
    /// `name|uid[:group|gid]`
    case user
    case networkName
    /// `0%` to `100%`
    case percentage
    /// Permission bits in octal digits.
    case octalMode
    case base64
    /// RFC 3339
    case dateTime
    /// `unix:///path`
    case engineURL
    /// A repository's URL of the schemes that we let git use, without a password.
    case gitURL
    /// Name of a branch or tag, as git allows them, and never an option.
    case gitRefName
    /// Full name of a commit: 40 or 64 hexadecimal digits.
    case gitCommit
    /// Path below a directory, in its shortest form, or `.` for the directory itself.
    case relativePath

    /// The rule as a regular expression (ECMA-262, anchored); nil where any string will do, or where none says it well.
    public var pattern: String? {
        switch self {
        case .text, .dateTime, .gitRefName: nil
        case .dns1123Label: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
        case .dns1123Subdomain: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
        case .portName: "^(?=.*[a-z])[a-z0-9]([a-z0-9]|-(?=[a-z0-9]))*$"
        case .labelKey:
            "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
                + "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
        case .labelValue: "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"
        case .envName: "^[-._a-zA-Z][-._a-zA-Z0-9]*$"
        case .cIdentifier: "^[A-Za-z_][A-Za-z0-9_]*$"
        case .secretKey: "^[-._a-zA-Z0-9]+$"
        case .absolutePath: "^(?!.*/\\.{1,2}(/|$))/([^/\\x00]+(/[^/\\x00]+)*)?$"
        case .absolutePathBelowRoot: "^(?!.*/\\.{1,2}(/|$))/[^/\\x00]+(/[^/\\x00]+)*$"
        case .urlPath: "^/[\\x21-\\x7e]*$"
        case .imageReference:
            "^(sha256:[0-9a-f]{64}|([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
                + "(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?"
                + "(@[a-z0-9]+([+._-][a-z0-9]+)*:[0-9a-f]{32,})?)$"
        case .user: "^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$"
        case .networkName: "^[A-Za-z0-9][A-Za-z0-9_.-]*$"
        case .percentage: "^(100|[1-9]?[0-9])%$"
        case .octalMode: "^0?[0-7]{1,3}$"
        case .base64: "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
        case .engineURL:
            "^(unix:///[^/\\x00]+(/[^/\\x00]+)*|tcp://([A-Za-z0-9][-A-Za-z0-9_.]*|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5})$"
        case .gitURL:
            "^((https?|git)://|ssh://([A-Za-z0-9_][A-Za-z0-9_.-]*@)?)"
                + "([A-Za-z0-9][-A-Za-z0-9.]*|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?/[\\x21-\\x7e]+$|^file:///[\\x21-\\x7e]+$"
        case .gitCommit: "^([0-9a-f]{40}|[0-9a-f]{64})$"
        case .relativePath: "^(?!(.*/)?\\.{1,2}/)(?!.+/\\.{1,2}$)(?!\\.\\.$)[^/\\x00-\\x1f]+(/[^/\\x00-\\x1f]+)*$"
        }
    }

    /// The rule for people, to follow `Invalid value: "…": `.
    public var rule: String {
        switch self {
        case .text: "must be a string"
        case .dns1123Label:
            "must be a lowercase RFC 1123 label: lower case letters, digits and '-', starting and ending with a letter"
                + " or digit, at most 63 bytes (e.g. 'my-name', or '123-abc')"
        case .dns1123Subdomain:
            "must be a lowercase RFC 1123 subdomain: lower case letters, digits, '-' and '.', starting and ending with"
                + " a letter or digit (e.g. 'example.com')"
        case .portName:
            "must be a port name: at most 15 lower case letters, digits and single '-', with at least one letter"
        case .labelKey:
            "must be a qualified name: letters, digits, '-', '_' and '.', at most 63 bytes, with an optional DNS prefix"
                + " and '/' (e.g. 'example.com/my-name')"
        case .labelValue:
            "must be empty or at most 63 letters, digits, '-', '_' and '.', starting and ending with a letter or digit"
        case .envName: "must be letters, digits, '_', '-' and '.', not starting with a digit (e.g. 'MY_NAME')"
        case .cIdentifier: "must be letters, digits and '_', not starting with a digit"
        case .secretKey: "must be letters, digits, '-', '_' and '.' (e.g. 'tls.key')"
        case .absolutePath: "must be an absolute path without '.', '..', empty segments or '/' at the end"
        case .absolutePathBelowRoot:
            "must be an absolute path below '/' without '.', '..', empty segments or '/' at the end"
        case .urlPath: "must start with '/' and hold no spaces or control characters"
        case .imageReference:
            "must be an image reference such as 'nginx:1.27', 'registry:5000/app@sha256:…' or an image ID"
        case .user: "must be 'user' or 'user:group', by name or number"
        case .networkName: "must be 'bridge', 'none', 'host' or the name of a network"
        case .percentage: "must be a percentage from '0%' to '100%'"
        case .octalMode: "must be permission bits in octal (e.g. '0444')"
        case .base64: "must be base64 (RFC 4648, with padding)"
        case .dateTime: "must be a time of RFC 3339 (e.g. '2026-01-31T12:00:00Z')"
        case .engineURL:
            "must be 'unix://' and an absolute path (e.g. 'unix:///var/run/docker.sock'), or 'tcp://', a host and a port"
                + " (e.g. 'tcp://engine.example:2376')"
        case .gitURL:
            "must be 'https://', 'http://', 'ssh://[USER@]' or 'git://', a host and a path, or 'file://' and an absolute path,"
                + " without a password (e.g. 'https://git.example/team/fleet.git', 'ssh://git@git.example/team/fleet.git')"
        case .gitRefName: "must be the name of a branch or tag as git allows it (e.g. 'main', 'release/1.2')"
        case .gitCommit: "must be the full name of a commit: 40 or 64 lower case hexadecimal digits"
        case .relativePath: "must be a path below the repository's root without '..', or '.' (e.g. 'fleets/production')"
        }
    }
}
