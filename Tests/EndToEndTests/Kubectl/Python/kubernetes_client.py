"""The official client: CustomObjectsApi, the dynamic client, a watch that starts over after 410, and streams of Pods."""

import json
import os
import sys

from kubernetes import client, config, dynamic, watch
from kubernetes.client.exceptions import ApiException
from kubernetes.stream import stream

GROUP = {"group": "imm.dev", "version": "v1alpha1", "namespace": "default", "plural": "instancesets"}


def manifest(name, replicas):
    return {
        "apiVersion": "imm.dev/v1alpha1",
        "kind": "InstanceSet",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "template": {"spec": {"image": os.environ["IMAGE"], "network": "none", "terminationGracePeriodSeconds": 1}},
        },
    }


def custom_objects(api):
    custom = client.CustomObjectsApi(api)
    custom.create_namespaced_custom_object(body=manifest("one", 1), **GROUP)
    try:
        custom.create_namespaced_custom_object(body=manifest("one", 1), **GROUP)
        sys.exit("a second create of one name did not fail")
    except ApiException as error:
        assert error.status == 409 and json.loads(error.body)["reason"] == "AlreadyExists", error
    custom.patch_namespaced_custom_object(name="one", body={"spec": {"replicas": 2}}, **GROUP)
    assert custom.get_namespaced_custom_object_scale(name="one", **GROUP)["spec"]["replicas"] == 2
    listed = custom.list_namespaced_custom_object(label_selector="app=one", **GROUP)
    assert [item["spec"]["replicas"] for item in listed["items"]] == [2], listed
    print("custom objects")
    return custom


def dynamic_client(api):
    sets = dynamic.DynamicClient(api).resources.get(api_version="imm.dev/v1alpha1", kind="InstanceSet")
    applied = sets.server_side_apply(body=manifest("two", 1), namespace="default", field_manager="python")
    assert applied.spec.replicas == 1
    again = sets.server_side_apply(body=manifest("two", 1), namespace="default", field_manager="python")
    assert again.metadata.generation == applied.metadata.generation == 1, again
    try:
        sets.server_side_apply(body=manifest("two", 2), namespace="default", field_manager="other")
        sys.exit("two managers of one field did not conflict")
    except ApiException as error:
        assert error.status == 409 and "replicas" in str(error.body), error
    sets.server_side_apply(body=manifest("two", 2), namespace="default", field_manager="other", force_conflicts=True)
    assert sets.get(name="two", namespace="default").spec.replicas == 2
    print("dynamic client")


def watching(custom):
    """Until both sets are Ready; then once more from a version that no server keeps."""
    ready = set()
    for event in watch.Watch().stream(custom.list_namespaced_custom_object, timeout_seconds=60, **GROUP):
        conditions = event["object"].get("status", {}).get("conditions", [])
        if any(c["type"] == "Ready" and c["status"] == "True" for c in conditions):
            ready.add(event["object"]["metadata"]["name"])
        if ready == {"one", "two"}:
            break
    assert ready == {"one", "two"}, ready
    try:
        events = watch.Watch().stream(
            custom.list_namespaced_custom_object, resource_version="1", timeout_seconds=2, **GROUP)
        kinds = {event["type"] for event in events}
        assert kinds <= {"ADDED", "MODIFIED", "DELETED"}, kinds
    except ApiException as error:
        assert error.status == 410, error
        listed = custom.list_namespaced_custom_object(**GROUP)
        version = listed["metadata"]["resourceVersion"]
        for _ in watch.Watch().stream(
                custom.list_namespaced_custom_object, resource_version=version, timeout_seconds=1, **GROUP):
            pass
    print("watch")


def pods(api):
    core = client.CoreV1Api(api)
    found = core.list_namespaced_pod("default", label_selector="imm.dev/set=one").items
    assert len(found) == 2 and all(pod.status.phase == "Running" for pod in found), found
    name = found[0].metadata.name
    assert core.read_namespaced_pod_log(name, "default") == f"{name} runs v1\n"
    said = stream(
        core.connect_get_namespaced_pod_exec, name, "default", command=["cat", "/VERSION"], stdin=False, stdout=True,
        stderr=True, tty=False)
    assert said == "v1", repr(said)
    try:
        core.delete_namespaced_pod(name, "default")
        sys.exit("a Pod was deleted")
    except ApiException as error:
        assert error.status == 405 and "immctl" in str(error.body), error
    print("pods")


config.load_kube_config()
with client.ApiClient() as api:
    custom = custom_objects(api)
    dynamic_client(api)
    watching(custom)
    pods(api)
    for name in ("one", "two"):
        custom.delete_namespaced_custom_object(name=name, **GROUP)
    print("done")
