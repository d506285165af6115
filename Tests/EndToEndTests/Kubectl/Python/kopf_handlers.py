"""kopf: an operator that sees a set come, change and go. It ends the process when it has seen all three."""

import kopf


@kopf.on.startup()
def configure(settings, **_):
    settings.persistence.finalizer = "kopf.dev/test"
    settings.posting.enabled = False


@kopf.on.create("imm.dev", "v1alpha1", "instancesets")
def created(name, **_):
    print("created", name, flush=True)


@kopf.on.update("imm.dev", "v1alpha1", "instancesets", field="spec.replicas")
def updated(name, old, new, **_):
    print("updated", name, old, new, flush=True)


@kopf.on.delete("imm.dev", "v1alpha1", "instancesets")
def deleted(name, **_):
    print("deleted", name, flush=True)
