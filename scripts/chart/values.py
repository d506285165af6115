"""What the chart takes for values, and how it refuses the others."""

from chart import *


class Values(ChartTest):
    def test_every_value_has_a_default_that_the_schema_takes(self):
        self.assertEqual(set(DEFAULTS["resources"]), {"requests", "limits"})
        for path in LEAVES:
            if path.startswith("resources."):
                continue
            value = DEFAULTS
            for name in path.split("."):
                self.assertIn(name, value, path)
                value = value[name]

    def test_numbers_go_to_their_limits_and_no_further(self):
        numbers = {path: schema for path, schema in LEAVES.items() if schema.get("type") == "integer"}
        self.assertGreater(len(numbers), 3)

        def check(case):
            path, schema = case
            low, high = schema["minimum"], schema["maximum"]
            others = {"replicaCount": 5} if path.startswith("podDisruptionBudget") else {}
            for value in (low, high):
                validate(render(merged(others, at(path, value))))
            for value in (low - 1, high + 1, "1", 1.5):
                self.refused(at(path, value), path.split(".")[-1])

        self.each(numbers.items(), check)

    def test_lists_take_as_many_as_they_may_and_no_more(self):
        lists = {
            "watchNamespaces": lambda i: f"n{i}",
            "imagePullSecrets": lambda i: {"name": f"s{i}"},
            "tolerations": lambda i: {"key": f"k{i}", "operator": "Exists"},
            "topologySpreadConstraints": lambda i: {
                "maxSkew": 1, "topologyKey": f"k{i}", "whenUnsatisfiable": "DoNotSchedule"
            },
            "networkPolicy.metricsFrom": lambda i: {"ipBlock": {"cidr": f"10.0.0.{i}/32"}},
            "networkPolicy.apiServerPorts": lambda i: i + 1,
            "networkPolicy.extraEgress": lambda i: {"ports": [{"port": i + 1}]},
        }
        self.assertEqual(set(lists), {path for path, schema in LEAVES.items() if schema.get("type") == "array"})

        def check(path):
            make, most = lists[path], LEAVES[path]["maxItems"]
            validate(render(at(path, [make(i) for i in range(most)])))
            self.refused(at(path, [make(i) for i in range(most + 1)]), path.split(".")[-1])
            self.refused(at(path, make(0)), path.split(".")[-1])

        self.each(lists, check)

    def test_choices_are_all_taken_and_no_other(self):
        def check(case):
            path, choices = case
            for choice in choices:
                validate(render(at(path, choice)))
            self.refused(at(path, "Sometimes"), path.split(".")[-1])

        choices = {path: schema["enum"] for path, schema in LEAVES.items() if "enum" in schema}
        switches = {path: [True, False] for path, schema in LEAVES.items() if schema.get("type") == "boolean"}
        self.each({**choices, **switches}.items(), check)

    def test_texts_of_the_wrong_form_are_refused_by_name(self):
        bad = {
            "nameOverride": ["Upper", "-a", "a" * 64, "a/b", 1],
            "fullnameOverride": ["a_b", "a" * 64],
            "image.repository": ["", "a b", "--flag", "$(x)"],
            "image.tag": ["a/b", "-a", "a" * 129, 1],
            "image.digest": ["sha256:0", "sha256:" + "g" * 64, "latest"],
            "watchNamespaces": [["A"], [""], ["a.b"], ["--x"], ["a" * 64]],
            "priorityClassName": ["A", "a" * 254],
            "imagePullSecrets": [[{"name": ""}], [{}], [{"name": "a", "key": "b"}]],
            "serviceAccount.name": ["A b", "a" * 254],
            "commonLabels": [{"a b": "x"}, {"a": "x y"}, {"a": "x" * 64}, {"a": 1}],
            "podLabels": [{"-a": "x"}],
            "nodeSelector": [{"a": True}],
            "podAnnotations": [{"a": 1}],
            "serviceAccount.annotations": [{"a b": "x"}],
            "service.annotations": [{"a": {}}],
            "serviceMonitor.labels": [{"a": []}],
            "serviceMonitor.interval": ["30", 30, "-1s", "1 s"],
            "serviceMonitor.scrapeTimeout": ["x"],
            "scratchSizeLimit": ["1 Gi", "-1", "1GB", "x"],
            "resources.requests.cpu": ["1 core", "-1"],
            "resources.limits.memory": ["lots", True],
            "affinity": ["none", []],
        }
        self.each(
            [(path, value) for path, values in bad.items() for value in values],
            lambda case: self.refused(at(*case), case[0].split(".")[-1]),
        )

    def test_texts_go_to_their_longest(self):
        longest = {
            "nameOverride": "n" * 63, "fullnameOverride": "f" * 63, "image.tag": "t" * 128,
            "image.repository": "registry.example:5000/" + "r" * 200, "image.digest": "sha256:" + "0" * 64,
            "watchNamespaces": ["n" * 63], "priorityClassName": "p" * 253, "serviceAccount.name": "s" * 253,
            "commonLabels": {"example.com/" + "l" * 63: "v" * 63}, "resources.requests.cpu": 0,
        }

        def check(case):
            objects = render(at(*case), release="r" * 53)
            validate(objects)
            for document in objects:
                self.assertLessEqual(len(document["metadata"]["name"]), 253)
                if document["kind"] == "Service":
                    self.assertLessEqual(len(document["metadata"]["name"]), 63)

        self.each(longest.items(), check)

    def test_an_unknown_value_is_refused_by_name_at_every_level(self):
        levels = {path.rsplit(".", 1)[0] for path in LEAVES if "." in path}
        for path in ["replicas", *(f"{level}.unknownValue" for level in levels)]:
            with self.subTest(path=path):
                self.refused(at(path, 1), path.split(".")[-1], "additional")

    def test_a_value_that_is_taken_away_is_missed_by_name(self):
        # helm leaves a null out of the values that it merges.
        self.each(
            [path for path in LEAVES if not path.startswith("resources.")],
            lambda path: self.refused(at(path, None), path.split(".")[-1]),
        )

    def test_a_budget_that_no_node_could_be_drained_under_is_refused(self):
        self.refused({"replicaCount": 2, "podDisruptionBudget": {"minAvailable": 2}}, "no node could ever be drained")
        self.assertTrue(render({"replicaCount": 3, "podDisruptionBudget": {"minAvailable": 2}}))
