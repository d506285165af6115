"""lightkube: generic resources, apply with force, and its watch."""

import os

from lightkube import ApiError, Client
from lightkube.generic_resource import create_namespaced_resource
from lightkube.models.meta_v1 import ObjectMeta
from lightkube.resources.core_v1 import Pod

InstanceSet = create_namespaced_resource("imm.dev", "v1alpha1", "InstanceSet", "instancesets")


def instance_set(replicas):
    template = {"spec": {"image": os.environ["IMAGE"], "network": "none", "terminationGracePeriodSeconds": 1}}
    return InstanceSet(metadata=ObjectMeta(name="light"), spec={"replicas": replicas, "template": template})


client = Client(field_manager="lightkube")
client.apply(instance_set(1), namespace="default")
try:
    client.apply(instance_set(2), namespace="default", field_manager="other")
    raise SystemExit("two managers of one field did not conflict")
except ApiError as error:
    assert error.status.code == 409, error
client.apply(instance_set(2), namespace="default", field_manager="other", force=True)
assert client.get(InstanceSet, "light", namespace="default").spec["replicas"] == 2
client.wait(InstanceSet, "light", namespace="default", for_conditions=["Ready"])
names = [pod.metadata.name for pod in client.list(Pod, namespace="default", labels={"imm.dev/set": "light"})]
assert len(names) == 2, names
assert "".join(client.log(names[0], namespace="default")).strip() == f"{names[0]} runs v1"
client.delete(InstanceSet, "light", namespace="default")
print("done")
