"""The rights and the confinement of what the chart runs."""

from chart import *

CLUSTER_SCOPED = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "Provider"}


class Security(ChartTest):
    def test_the_pod_is_restricted_by_the_standard_of_kubernetes(self):
        objects = render()
        context = pod(objects)["securityContext"]
        self.assertTrue(context["runAsNonRoot"] and context["runAsUser"] == 65532)
        self.assertEqual(context["seccompProfile"], {"type": "RuntimeDefault"})
        inner = container(objects)["securityContext"]
        self.assertEqual(
            inner,
            {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}},
        )
        self.assertFalse({"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"} & set(pod(objects)))
        self.assertEqual([list(volume) for volume in pod(objects)["volumes"]], [["name", "emptyDir"]])
        for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            self.assertEqual(container(objects)[probe]["httpGet"], {"path": path, "port": "health"})

    def test_no_right_is_a_wildcard_or_a_way_to_more_rights(self):
        for values in (EVERYTHING, {"watchNamespaces": ["a"]}):
            for role in render(values):
                for rule in role.get("rules", []):
                    with self.subTest(role=role["metadata"]["name"], rule=rule):
                        for words in (rule["verbs"], rule["resources"], rule["apiGroups"]):
                            self.assertNotIn("*", words)
                        self.assertFalse({"escalate", "bind", "impersonate"} & set(rule["verbs"]))
                        self.assertFalse({r for r in rule["resources"] if "roles" in r or "rolebindings" in r or "token" in r})

    def test_secrets_are_neither_listed_nor_watched_nor_changed(self):
        for values in ({}, {"watchNamespaces": ["a"]}):
            for role in render(values):
                for rule in role.get("rules", []):
                    if "secrets" in rule["resources"]:
                        self.assertEqual(rule["resources"], ["secrets"])
                        self.assertLessEqual(set(rule["verbs"]), {"get", "create", "delete"})

    def test_in_its_own_namespace_only_objects_of_its_own_are_read_by_name(self):
        own = one(render(), "Role")
        for rule in own["rules"]:
            self.assertTrue("resourceNames" in rule or rule["verbs"] == ["create"], rule)

    def test_nobody_but_its_service_account_gets_its_rights(self):
        for values in ({}, {"watchNamespaces": ["a"]}):
            objects = render(values)
            for binding in objects:
                if binding["kind"] in ("RoleBinding", "ClusterRoleBinding"):
                    self.assertEqual(
                        binding["subjects"], [{"kind": "ServiceAccount", "name": "imm", "namespace": "imm-system"}]
                    )
                    one(objects, binding["roleRef"]["kind"], binding["roleRef"]["name"]) if "namespace" not in binding["metadata"] else None

    def test_for_one_namespace_there_is_no_right_outside_of_it(self):
        objects = render(merged(EVERYTHING, {"watchNamespaces": ["imm-system"]}))
        validate(objects)
        objects = render(merged(EVERYTHING, {"watchNamespaces": ["a"]}))
        self.assertFalse(CLUSTER_SCOPED & set(kinds(objects)))
        places = sorted((o["metadata"]["namespace"], o["metadata"]["name"]) for o in objects if o["kind"] == "Role")
        self.assertEqual(places, [("a", "imm-instances"), ("imm-system", "imm")])
        for role, rule in rules(objects):
            self.assertFalse({"providers", "nodes", "customresourcedefinitions", "storageclasses"} & set(rule["resources"]))
        # The same rights there as otherwise everywhere.
        everywhere = [rule for role, rule in rules(render()) if role["kind"] == "ClusterRole"]
        there = [rule for role, rule in rules(objects) if role["metadata"]["namespace"] == "a"]
        self.assertTrue(there)
        for rule in there:
            self.assertIn(rule, everywhere)

    def test_people_get_the_roles_that_imms_own_server_has(self):
        source = (ROOT / "Sources/APIServer/Access/Roles/RoleRule.swift").read_text()
        for verb in ("view", "edit", "admin"):
            role = one(render(), "ClusterRole", f"imm-system:imm-{verb}")
            self.assertEqual(role["metadata"]["labels"][f"rbac.authorization.k8s.io/aggregate-to-{verb}"], "true")
            for rule in role["rules"]:
                self.assertEqual(rule["apiGroups"], ["imm.dev"])
                for resource in rule["resources"]:
                    self.assertIn(f'"{resource}"', source)

    def test_it_goes_nowhere_but_to_the_api_server_and_dns(self):
        spec = one(render(), "NetworkPolicy")["spec"]
        self.assertEqual(spec["policyTypes"], ["Ingress", "Egress"])
        ports = [[port["port"] for port in rule["ports"]] for rule in spec["egress"]]
        self.assertEqual(ports, [[443, 6443], [53, 53]])
        peers = [{"podSelector": {"matchLabels": {"app": "prometheus"}}}]
        spec = one(render({"networkPolicy": {"metricsFrom": peers, "apiServerPorts": [7443]}}), "NetworkPolicy")["spec"]
        self.assertEqual(spec["ingress"], [{"ports": [{"port": "health", "protocol": "TCP"}], "from": peers}])
        self.assertEqual(spec["egress"][0], {"ports": [{"port": 7443, "protocol": "TCP"}]})
