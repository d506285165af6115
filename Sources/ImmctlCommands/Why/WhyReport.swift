import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Why a set, a slot of it or an instance is as it is: what the server itself says in conditions, waits and events, in
/// its own reason codes and sentences.
struct WhyReport: Sendable {
    private static let maximumEvents = 10

    let set: InstanceSet
    /// nil: the whole set.
    var slot: Int?
    /// nil: every instance of the set or slot.
    var instance: String?
    var instances: [Instance] = []
    /// What the controller would do and what it waits for; nil when the server makes no plans.
    var plan: PlanReport?
    /// About the set's instances, and the set where all of it is asked for; the oldest first.
    var events: [JSONValue] = []

    /// - Parameter reference: a set or an instance.
    static func load(
        _ reference: ObjectReference, slot: Int?, _ session: Session
    ) async throws(CommandFailure) -> WhyReport {
        let client = session.client
        var (setName, slot, instanceName) = (reference.name, slot, String?.none)
        if reference.type == Instance.resourceType {
            let instance: Instance = try await client.load(reference)
            (setName, slot, instanceName) = (instance.spec.set, instance.spec.slot, instance.name)
        }
        let setReference = ObjectReference(InstanceSet.resourceType, namespace: reference.namespace, name: setName)
        var report = WhyReport(set: try await client.load(setReference), slot: slot, instance: instanceName)
        let occupants = try await SetOccupants.load(setReference, client)
        report.instances = occupants.filter { slot == nil || $0.slot == slot }.map(\.instance)
            .filter { instanceName == nil || $0.name == instanceName }
        let set = report.set
        // A server without plans, such as Kubernetes, still has conditions and events.
        if let answer = try? await session.plan(set.json.withoutManagedFields) {
            report.plan = try? PlanReport(json: answer)
        }
        if slot == nil { report.events = try await EventQuery(reference: setReference).events(client) }
        for instance in report.instances {
            let about = ObjectReference(Instance.resourceType, namespace: set.namespace, name: instance.name)
            report.events += try await EventQuery(reference: about).events(client)
        }
        report.events = Array(EventQuery.sorted(report.events).suffix(maximumEvents))
        return report
    }

    /// Conditions that say something is not as it should be, or how it goes on; those of health otherwise.
    var conditions: [Condition] {
        let all = set.status.conditions
        let telling = all.filter { condition in
            switch condition.type {
            case "Ready", "Available", "Progressing": condition.status != .true
            default: condition.status == .true
            }
        }
        return telling.isEmpty ? all.filter { $0.type == "Ready" } : telling
    }

    var waits: [PlanReport.Wait] { (plan?.waits ?? []).filter { slot == nil || $0.slot == slot || $0.slot == nil } }
    var steps: [PlanReport.Step] { (plan?.steps ?? []).filter { slot == nil || $0.slot == slot } }

    /// For machines.
    var json: JSONValue {
        var value: JSONValue = [
            "set": .string(set.name), "namespace": .string(set.namespace),
            "conditions": .array(
                conditions.map {
                    [
                        "type": .string($0.type), "status": .string($0.status.rawValue), "reason": .string($0.reason),
                        "message": .string($0.message),
                    ]
                }),
            "instances": .array(instances.map(\.json.withoutManagedFields)),
            "waits": .array(waits.map { WhyReport.json($0.slot, $0.reason, $0.message) }),
            "steps": .array(
                steps.map { step in
                    var json = WhyReport.json(step.slot, step.reason, step.message)
                    json["action"] = .string(step.action)
                    return json
                }), "events": .array(events.map(\.withoutManagedFields)),
        ]
        value["slot"] = slot.map { .int(Int64($0)) }
        value["instance"] = instance.map(JSONValue.string)
        return value
    }

    private static func json(_ slot: Int?, _ reason: String, _ message: String) -> JSONValue {
        var value: JSONValue = ["reason": .string(reason), "message": .string(message)]
        value["slot"] = slot.map { .int(Int64($0)) }
        return value
    }
}
