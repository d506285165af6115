import Ambient
import InfraAPI
import Planning
import ProviderInterface
import Testing

@testable import Controllers

@Suite struct ProbeTests {
    private let time = Timestamp(microsecondsSinceEpoch: 1_000_000)

    /// The news of each answer, and the history after all of them.
    private func history(threshold: Int, _ answers: ProbeAnswer...) -> (news: [Bool], ProbeHistory) {
        var history = ProbeHistory(failureThreshold: threshold)
        return (answers.map { history.add($0, at: time) }, history)
    }

    @Test func `a probe fails only after its threshold, and passes at the first success`() {
        let (failing, failed) = history(threshold: 3, .fail("503"), .fail("503"), .fail("503"), .fail("503"))
        #expect(failing == [false, false, true, false])
        #expect(failed.result == .fail(since: time))
        let (passing, passed) = history(threshold: 3, .fail("503"), .fail("503"), .fail("503"), .pass)
        #expect(passing == [false, false, true, true])
        #expect(passed.result == .pass(since: time))
    }

    @Test func `an unknown answer neither counts for nor against`() {
        #expect(history(threshold: 1, .unknown("no route")).1.result == .unknown)
        #expect(history(threshold: 1, .pass, .unknown("no route")).1.result == .pass(since: time))
    }

    @Test func `why a probe does not pass is told once it has failed often enough, and forgotten when it passes`() {
        #expect(history(threshold: 2, .fail("refused")).1.trouble == nil)
        #expect(history(threshold: 2, .unknown("no route"), .unknown("no route")).1.trouble == "no route")
        let (news, told) = history(threshold: 2, .fail("refused"), .fail("refused"), .fail("503"), .fail("503"))
        #expect(told.trouble == "503")
        #expect(news == [false, true, true, false])
        #expect(history(threshold: 1, .fail("503"), .pass).1.trouble == nil)
    }

    @Test func `a probe goes to the published port, else to the instance's own address`() {
        var port = Port()
        port.name = "http"
        port.containerPort = 8080
        var template = InstanceTemplateSpec()
        template.ports = [port]
        var get = HTTPGetAction()
        get.port = .string("http")
        var probe = Probe()
        probe.httpGet = get
        var observed = ObservedInstance(
            uid: "a", providerID: "1", name: "a", state: .running, epoch: 0, set: "default/web", slot: 0, revision: "r")
        #expect(ProbeTarget(probe, template: template, observed: observed) == nil)
        observed.address = "10.1.2.3"
        #expect(
            ProbeTarget(probe, template: template, observed: observed) == .http(host: "10.1.2.3", port: 8080, path: "/")
        )
        var published = PublishedPort()
        published.containerPort = 8080
        published.hostIP = "127.0.0.1"
        published.hostPort = 40000
        observed.ports = [published]
        #expect(
            ProbeTarget(probe, template: template, observed: observed)
                == .http(host: "127.0.0.1", port: 40000, path: "/"))
    }

    @Test(arguments: ProviderError.Code.allCases) func `an error's code decides who is to blame`(
        code: ProviderError.Code
    ) {
        guard case .failed(let kind, let reason, _) = EffectOutcome(ProviderError(code, "why")) else {
            Issue.record("\(code) is no failure")
            return
        }
        #expect(reason == code.rawValue)
        #expect((kind == .blamesRevision) == (code == .startRefused))
        #expect(code != .unknownOutcome || kind == .tryAgain)
    }
}
