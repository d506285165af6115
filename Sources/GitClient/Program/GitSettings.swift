/// What keeps git to itself: no configuration of the system or of a person, no helper programs, no hooks, no questions, no
/// other protocol than the one that is meant.
enum GitSettings {
    /// Beside PATH and HOME, all that git sees.
    static let environment: [String: String] = [
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        // Set, and no program: git looks no further for one.
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_PROTOCOL_FROM_USER": "0",
        // No protocol at all, unless a call names its own.
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_DEFAULT_REF_FORMAT": "files",
        "GIT_ADVICE": "0",
    ]

    static let always: [String] = [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.attributesFile=/dev/null",
        "core.excludesFile=/dev/null",
        "core.logAllRefUpdates=false",
        "credential.helper=",
        "protocol.ext.allow=never",
        "fetch.fsckObjects=true",
        "transfer.fsckObjects=true",
        // Mistakes of old tools, which do no harm and which their repositories keep for ever.
        "fetch.fsck.zeroPaddedFilemode=ignore",
        "fetch.fsck.missingSpaceBeforeDate=ignore",
        "fetch.fsck.badTimezone=ignore",
        "fsck.badTimezone=ignore",
        // What a fetch brings stays one pack, whose growth can be watched and which is whole or not there.
        "fetch.unpackLimit=1",
        "transfer.unpackLimit=1",
        "fetch.recurseSubmodules=false",
        "fetch.showForcedUpdates=false",
        "fetch.writeCommitGraph=false",
        "submodule.recurse=false",
        "push.recurseSubmodules=no",
        "push.gpgSign=false",
        "commit.gpgSign=false",
        "gc.auto=0",
        "gc.packRefs=false",
        "maintenance.auto=false",
        "init.defaultBranch=main",
        "http.proxy=",
        "http.sslVerify=true",
        "http.sslVersion=tlsv1.2",
        // Memory: large files are streamed, and the caches are small.
        "core.bigFileThreshold=16m",
        "core.packedGitLimit=256m",
        "core.packedGitWindowSize=16m",
        "core.deltaBaseCacheLimit=32m",
        "pack.threads=1",
        "pack.windowMemory=64m",
        "index.threads=1",
    ]
}
