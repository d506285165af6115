import InfraAPI

extension Planner {
    /// The set is being deleted: every instance that it owns leaves, the volumes are orphaned, then the finalizer goes.
    static func teardown(_ observation: SetObservation) -> Plan {
        var owned = observation
        let orphaning = observation.set.metadata.finalizers.contains("orphan")
        owned.instances = observation.instances.filter { view in
            view.record.metadata.ownerReferences.contains { $0.uid == observation.set.metadata.uid }
        }
        let slots = slots(owned, RevisionChoice(owned))
        var draft = PlanDraft(
            owned, budget: Budget(replicas: 0, maxSurge: 0, maxUnavailable: 0), available: 0, occupants: 0)
        var status = observation.set.status
        ForceDetachPlanner.plan(&draft)
        if orphaning {
            // Those that were told to go before are brought to their end: nobody else would.
            if blocked(&draft) == nil {
                for slot in slots { InstancePlanner.absorb(slot, &draft) }
                for slot in slots { LeavingPlanner.advance(slot, &draft) }
            }
            draft.wait(nil, .orphaning, "the instances are let go before the set is")
        } else if blocked(&draft) == nil || owned.instances.isEmpty {
            for slot in slots { InstancePlanner.absorb(slot, &draft) }
            for slot in slots { LeavingPlanner.advance(slot, &draft) }
            for slot in slots {
                for occupant in slot.staying {
                    LeavingPlanner.begin(occupant, .setDeleted, "the set is being deleted", &draft)
                }
            }
            let volumes = observation.volumes.map(\.record).filter {
                $0.status.boundSetUID == observation.set.metadata.uid
            }
            // Instances that were let go (orphaned) keep what they hold.
            for volume in volumes where volume.status.attachment == nil || owned.instances.isEmpty {
                VolumePlanner.release(volume, &draft)
            }
            // The set goes last: whoever restarts in between finds what is left to be done.
            if owned.instances.isEmpty, volumes.isEmpty,
                observation.set.metadata.finalizers.contains(Instance.providerFinalizer)
            {
                draft.add(.removeFinalizer, slot: nil, .setDeleted, "every instance is gone")
            } else {
                draft.wait(
                    nil, .terminating,
                    owned.instances.isEmpty
                        ? "its volumes are being let go" : "\(owned.instances.count) instances are still to go")
            }
        }
        status.conditions = StatusSummary.terminating(observation, waits: draft.waits)
        status.replicas = owned.instances.count
        return Plan(steps: draft.steps, waits: draft.waits, status: status, wakeAt: draft.wakeAt)
    }
}
