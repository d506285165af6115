import ControllerRuntime
public import InfraAPI
public import JSON
import Planning

extension ControllerSet {
    /// What would be done if the set stood like this: the plan of the whole roll-out, as JSON. Nothing is stored, and the
    /// provider is asked for no more than what the image's tag means.
    public func forecast(_ set: InstanceSet, installation: Installation) async -> JSONValue {
        var observation = observer.observe(set)
        if let agent = providers.agent(for: set), agent.view.health == .reachable {
            let resolution = TemplateResolution(
                set: set, templateHash: observation.templateHash, agent: agent, client: client,
                installation: installation)
            switch await resolution.run() {
            case .resolved(let revision): observation.resolution = .succeeded(revision)
            case .failed(let kind, let reason, let message):
                observation.resolution = .failed(
                    EffectFailure(kind: kind, reason: reason, message: message, attempts: 1, at: observation.now))
            case .prepared, .provisioned, .resized, .instance: break
            }
        }
        let forecast = Forecast(observation, maxRounds: 200 + 40 * (set.spec.replicas + observation.instances.count))
        return document(forecast, set)
    }

    private func document(_ forecast: Forecast, _ set: InstanceSet) -> JSONValue {
        let steps = forecast.changes.map { planned -> JSONValue in
            var step: JSONValue = [
                "action": .string(planned.step.action), "reason": .string(planned.reason.rawValue),
                "message": .string(planned.message),
            ]
            if let slot = planned.slot { step["slot"] = .int(Int64(slot)) }
            if let instance = planned.step.instanceName { step["instance"] = .string(instance) }
            return step
        }
        let waits = forecast.waits.map { wait -> JSONValue in
            var entry: JSONValue = ["reason": .string(wait.reason.rawValue), "message": .string(wait.message)]
            if let slot = wait.slot { entry["slot"] = .int(Int64(slot)) }
            return entry
        }
        var messages: [JSONValue] = []
        if !forecast.isSettled { messages.append("the set does not settle by itself: see what it waits for") }
        return [
            "set": .string(NamespacedName(set).description), "steps": .array(steps), "waits": .array(waits),
            "messages": .array(messages),
        ]
    }
}
