"""kr8s: a class made at run time, wait, scale, logs and exec."""

import os

import kr8s
from kr8s.objects import Pod, new_class

InstanceSet = new_class(
    kind="InstanceSet", version="imm.dev/v1alpha1", namespaced=True, plural="instancesets", scalable=True)

assert kr8s.api().version()["immVersion"]
fleet = InstanceSet({
    "apiVersion": "imm.dev/v1alpha1",
    "kind": "InstanceSet",
    "metadata": {"name": "kr8s", "namespace": "default"},
    "spec": {
        "replicas": 1,
        "template": {"spec": {"image": os.environ["IMAGE"], "network": "none", "terminationGracePeriodSeconds": 1}},
    },
})
fleet.create()
assert fleet.exists()
fleet.wait("condition=Ready", timeout=60)
fleet.patch({"metadata": {"labels": {"tier": "front"}}})
assert [found.name for found in kr8s.get("instancesets.imm.dev", namespace="default", label_selector="tier=front")] == ["kr8s"]
pod = next(iter(kr8s.get("pods", namespace="default", label_selector="imm.dev/set=kr8s")))
assert isinstance(pod, Pod) and pod.ready(), pod.raw
assert list(pod.logs()) == [f"{pod.name} runs v1"], list(pod.logs())
assert pod.exec(["cat", "/VERSION"]).stdout == b"v1"
fleet.delete()
fleet.wait("delete", timeout=60)
print("done")
