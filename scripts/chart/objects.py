"""What the chart makes: right for every helm and by Kubernetes' own schemas, and as its values say."""

import pathlib
import re

from chart import *


class Objects(ChartTest):
    def test_helm_lint_finds_nothing_with_any_helm(self):
        for version, program in HELMS.items():
            with self.subTest(helm=version):
                helm("lint", "--strict", CHART, helm=program)
                helm("lint", "--strict", CHART, "--set", "watchNamespaces={a}", helm=program)

    def test_all_helms_make_the_same_of_it(self):
        key = lambda o: (o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"])
        made = [sorted(render(EVERYTHING, helm_program=program), key=key) for program in HELMS.values()]
        self.assertEqual(made[0], made[1])

    def test_the_chart_can_be_packed_and_holds_neither_tests_nor_scripts_of_others(self):
        with tempfile.TemporaryDirectory() as folder:
            helm("package", CHART, "--destination", folder)
            (archive,) = pathlib.Path(folder).iterdir()
            names = subprocess.run(["tar", "-tzf", archive], capture_output=True, text=True, check=True).stdout
        self.assertIn("imm/crds/imm.dev_instancesets.yaml", names)
        self.assertNotIn("argocd", names)

    def test_versions_are_those_of_the_program(self):
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
        source = (ROOT / "Sources/immd/Version.swift").read_text()
        self.assertEqual(chart["appVersion"], re.search(r'text = "([^"]+)"', source)[1])
        self.assertEqual(container(render())["image"], f"imm:{chart['appVersion']}")

    def test_the_plain_manifests_are_what_the_chart_makes(self):
        made = subprocess.run(
            [ROOT / "scripts/chart/render", NEWEST], capture_output=True, text=True, check=True, timeout=60
        ).stdout
        self.assertEqual(
            made, (ROOT / "manifests/install.yaml").read_text(), "run: scripts/chart/render HELM >manifests/install.yaml"
        )
        objects = [o for o in yaml.load_all(made, Strict) if o]
        self.assertEqual(kinds(objects).count("CustomResourceDefinition"), len(list((CHART / "crds").iterdir())))
        self.assertEqual(one(objects, "Namespace")["metadata"]["name"], "imm-system")

    def test_a_cluster_that_is_too_old_is_refused(self):
        self.assertTrue(render({}, "--kube-version", "1.28.0"))
        self.assertTrue(render({}, "--kube-version", "1.31.4-gke.1"))
        with self.assertRaises(Refused) as raised:
            render({}, "--kube-version", "1.27.9")
        self.assertIn("kubeVersion", str(raised.exception))

    # Kubernetes' own schemas

    def test_all_that_it_makes_is_right_by_the_schemas_of_kubernetes(self):
        validate(render())
        validate(render({}, "--include-crds"))
        validate(render(EVERYTHING))
        validate(render(merged(EVERYTHING, {"watchNamespaces": ["a"]})))

    def test_these_schemas_would_find_a_mistake(self):
        wrong = render()
        one(wrong, "Deployment")["spec"]["replica"] = 1
        with self.assertRaises(kubernetes_validate.ValidationError):
            validate(wrong)

    def test_labels_of_ours_count_before_anybodys(self):
        theirs = {"app.kubernetes.io/name": "other", "team": "a"}
        objects = render({"commonLabels": theirs, "podLabels": theirs, "serviceMonitor": {"enabled": True, "labels": theirs}})
        for document in objects:
            self.assertEqual(document["metadata"]["labels"]["app.kubernetes.io/name"], "imm")
            self.assertEqual(document["metadata"]["labels"]["team"], "a")
        deployment = one(objects, "Deployment")["spec"]
        labels = deployment["template"]["metadata"]["labels"]
        self.assertLessEqual(deployment["selector"]["matchLabels"].items(), labels.items())
        for kind in ("NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceMonitor"):
            spec = one(objects, kind)["spec"]
            selector = spec.get("selector", spec.get("podSelector"))
            self.assertLessEqual(selector.get("matchLabels", selector).items(), labels.items())

    def test_a_digest_counts_before_a_tag(self):
        digest = "sha256:" + "a" * 64
        self.assertEqual(container(render({"image": {"tag": "7", "digest": digest}}))["image"], f"imm@{digest}")
        self.assertEqual(container(render({"image": {"repository": "r.io/imm", "tag": "7"}}))["image"], "r.io/imm:7")

    def test_switches_take_their_objects_away_and_no_others(self):
        everything = render(EVERYTHING)
        without = {
            "rbac.create": {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"},
            "podDisruptionBudget.enabled": {"PodDisruptionBudget"},
            "networkPolicy.enabled": {"NetworkPolicy"},
            "serviceMonitor.enabled": {"ServiceMonitor"},
            "serviceAccount.create": {"ServiceAccount"},
        }
        for path, gone in without.items():
            with self.subTest(path=path):
                left = kinds(render(merged(EVERYTHING, at(path, False))))
                self.assertEqual(left, [kind for kind in kinds(everything) if kind not in gone])
        roles = [o["metadata"]["name"] for o in render({"rbac": {"aggregateToDefaultRoles": False}}) if o["kind"] == "ClusterRole"]
        self.assertEqual(roles, ["imm-system:imm"])
        self.assertNotIn("PodDisruptionBudget", kinds(render({"replicaCount": 1})))

    def test_a_service_account_that_is_there_already_is_used(self):
        objects = render({"serviceAccount": {"create": False, "name": "robot"}})
        self.assertEqual(pod(objects)["serviceAccountName"], "robot")
        for binding in objects:
            for subject in binding.get("subjects", []):
                self.assertEqual(subject, {"kind": "ServiceAccount", "name": "robot", "namespace": "imm-system"})

    def test_the_program_is_told_its_namespace_and_nothing_else_of_the_values_twice(self):
        arguments = container(render({"watchNamespaces": ["a"], "logLevel": "debug", "logFormat": "text"}))["args"]
        self.assertEqual(
            arguments,
            ["--store=kubernetes", "--system-namespace=imm-system", "--namespace=a", "--provider=kubernetes",
             "--health-listen=0.0.0.0:8086", "--data-dir=/scratch", "--log-level=debug", "--log-format=text"],
        )

    def test_metrics_are_found_under_one_port_by_all(self):
        objects = render({"service": {"port": 9000}, "serviceMonitor": {"enabled": True}})
        (port,) = one(objects, "Service")["spec"]["ports"]
        self.assertEqual((port["port"], port["targetPort"]), (9000, "health"))
        (named,) = container(objects)["ports"]
        self.assertEqual(named["name"], "health")
        self.assertIn(f"--health-listen=0.0.0.0:{named['containerPort']}", container(objects)["args"])
        (endpoint,) = one(objects, "ServiceMonitor")["spec"]["endpoints"]
        self.assertEqual((endpoint["port"], endpoint["path"]), (port["name"], "/metrics"))

    def test_the_notes_tell_how_the_kinds_are_upgraded(self):
        def notes(*options):
            # A dry run of the client's: helm 3 calls it so, and 4 too.
            return helm("install", "imm", CHART, "--namespace", "imm-system", "--dry-run=client", *options)

        said = notes()
        self.assertIn("/usr/bin/immd crds | kubectl apply --server-side -f -", said)
        self.assertIn("all namespaces", said)
        self.assertIn("the namespace a, and has no right outside", notes("--set", "watchNamespaces={a}"))
        self.assertIn("rbac.create is false", notes("--set", "rbac.create=false"))

    # Argo CD

    def test_argo_cd_is_told_the_health_of_sets(self):
        def ready(status, reason="", generation=3, **more):
            conditions = [{"type": "Ready", "status": status, "reason": reason, "message": f"{reason}.", "observedGeneration": generation}]
            conditions += [{"type": name, "status": "True", "message": name, "observedGeneration": 3} for name in more]
            return {"status": {"conditions": conditions}}

        cases = [
            ({}, "Progressing"),
            ({"status": {}}, "Progressing"),
            (ready("True", "Ready"), "Healthy"),
            (ready("True", "Ready", generation=2), "Progressing"),
            (ready("False", "Replacing", Reconciling=True), "Progressing"),
            (ready("False", "ImageUnavailable", Stalled=True), "Degraded"),
            (ready("False", "RolledBack"), "Degraded"),
            (merged(ready("False", "Paused"), {"spec": {"paused": True}}), "Suspended"),
            (merged(ready("True", "Ready"), {"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}), "Progressing"),
        ]
        script = (CHART / "argocd/health.lua").read_text()
        for change, expected in cases:
            found = merged({"kind": "InstanceSet", "metadata": {"generation": 3}, "spec": {"replicas": 1}}, change)
            with self.subTest(found=change):
                program = f"obj = {lua(found)}\nlocal function health()\n{script}\nend\nlocal h = health()\nprint(h.status)\nprint(type(h.message))"
                said = subprocess.run(["lua5.1", "-"], input=program, capture_output=True, text=True, check=True).stdout
                self.assertEqual(said.split(), [expected, "string"])


def lua(value):
    """A value as Lua writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(key)}] = {lua(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(lua, value)) + "}"
    return json.dumps(value)
