import JSON
import Testing

@testable import KubernetesProvider

/// What proves that nothing of a Pod runs, and what does not.
@Suite struct StopRuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var pod: String
        var volumes = ["v"]
        var evidence: StopEvidence?
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "running",
            pod: #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"phase":"Running","#
                + #""containerStatuses":[{"name":"main","containerID":"c","state":{"running":{}}}]}}"#),
        Case(
            name: "every container terminated", pod: ended(), evidence: .containersTerminated),
        Case(
            name: "terminated, and the phase written by somebody else", pod: ended(phase: "Failed", reason: "Evicted"),
            evidence: .containersTerminated),
        Case(
            name: "phase Failed by an eviction without container states",
            pod:
                #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"phase":"Failed","reason":"Evicted"}}"#
        ),
        Case(
            name: "phase Failed by garbage collection, with the states that the kubelet last wrote",
            pod: #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"phase":"Failed","#
                + #""containerStatuses":[{"name":"main","containerID":"c","state":{"running":{}}}]}}"#),
        Case(name: "written over by a node controller", pod: ended(phase: "Unknown")),
        Case(name: "the words of a lost node", pod: ended(phase: "Failed", reason: "NodeLost")),
        Case(
            name: "a container that admission has put in runs on",
            pod:
                #"{"spec":{"nodeName":"a","containers":[{"name":"main"},{"name":"proxy"}]},"status":{"containerStatuses":["#
                + #"{"name":"main","containerID":"c","state":{"terminated":{"exitCode":0}}},"#
                + #"{"name":"proxy","containerID":"d","state":{"running":{}}}]}}"#),
        Case(
            name: "a container of its spec without any state",
            pod:
                #"{"spec":{"nodeName":"a","containers":[{"name":"main"},{"name":"proxy"}]},"status":{"containerStatuses":["#
                + #"{"name":"main","containerID":"c","state":{"terminated":{"exitCode":0}}}]}}"#),
        Case(
            name: "an init container that goes on as a sidecar",
            pod:
                #"{"spec":{"nodeName":"a","containers":[{"name":"main"}],"initContainers":[{"name":"side"}]},"status":{"#
                + #""containerStatuses":[{"name":"main","containerID":"c","state":{"terminated":{"exitCode":0}}}],"#
                + #""initContainerStatuses":[{"name":"side","containerID":"d","state":{"running":{}}}]}}"#),
        Case(
            name: "a container that a person added for debugging runs on",
            pod: #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"#
                + #""containerStatuses":[{"name":"main","containerID":"c","state":{"terminated":{"exitCode":0}}}],"#
                + #""ephemeralContainerStatuses":[{"name":"debug","containerID":"d","state":{"running":{}}}]}}"#),
        Case(
            name: "a container that ran and is not found",
            pod:
                #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"containerStatuses":[{"name":"main","#
                + #""containerID":"c","state":{"terminated":{"exitCode":137,"reason":"ContainerStatusUnknown"}}}]}}"#),
        Case(
            name: "a container that was never made",
            pod:
                #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"containerStatuses":[{"name":"main","#
                + #""state":{"terminated":{"exitCode":137,"reason":"ContainerStatusUnknown"}}}]}}"#,
            evidence: .containersTerminated),
        Case(
            name: "no node, and it may still get one", pod: #"{"spec":{"containers":[{"name":"main"}]}}"#),
        Case(
            name: "no node, and its deletion has begun",
            pod: #"{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"spec":{"containers":[{"name":"main"}]}}"#,
            evidence: .neverBound),
        Case(
            name: "a final phase, of a Pod without volumes",
            pod: #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"phase":"Failed"}}"#, volumes: [],
            evidence: .finalPhaseWithoutVolumes),
        Case(
            name: "no containers at all", pod: #"{"spec":{"nodeName":"a","containers":[]},"status":{}}"#),
    ]

    private static func ended(phase: String = "Failed", reason: String = "") -> String {
        #"{"spec":{"nodeName":"a","containers":[{"name":"main"}]},"status":{"phase":"\#(phase)","reason":"\#(reason)","#
            + #""containerStatuses":[{"name":"main","containerID":"c","state":{"terminated":{"exitCode":0}}}]}}"#
    }

    @Test(arguments: cases) func `a Pod's own state proves what it proves`(entry: Case) throws {
        let pod = Pod(try JSONValue(parsing: Array(entry.pod.utf8)))
        #expect(StopRules.evidence(of: pod, volumeUIDs: entry.volumes) == entry.evidence)
    }

    @Test func `of a node its absence counts, and the taint that somebody else sets`() throws {
        #expect(StopRules.evidence(ofNode: nil) == .nodeGone)
        func node(_ taint: String) -> Node { Node(["spec": ["taints": [["key": .string(taint)]]]]) }
        #expect(StopRules.evidence(ofNode: node("node.kubernetes.io/out-of-service")) == .nodeOutOfService)
        #expect(StopRules.evidence(ofNode: node("node.kubernetes.io/unreachable")) == nil)
    }
}
