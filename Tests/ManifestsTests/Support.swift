import JSON
import Manifests

/// Loads one YAML text under the name `t.yaml`.
func load(
    _ text: String, limits: ManifestLimits = .default
) -> (documents: [ManifestDocument], diagnostics: [Diagnostic]) {
    loadManifests([.text(name: "t.yaml", bytes: Array(text.utf8))], limits: limits)
}

/// A valid manifest of about forty lines.
func instanceSet(name: String) -> String {
    """
    apiVersion: imm.dev/v1alpha1
    kind: InstanceSet
    metadata:
      name: \(name)
      namespace: default
      labels:
        app: web
        tier: front
    spec:
      replicas: 3
      minReadySeconds: 5
      template:
        metadata:
          labels:
            app: web
        spec:
          image: registry.example.com/team/web:1.4.2
          command: ["/usr/local/bin/serve"]
          args: ["--port", "8080"]
          env:
          - name: LOG_LEVEL
            value: info
          - name: REGION
            value: eu-central-1
          ports:
          - name: http
            containerPort: 8080
            protocol: TCP
          resources:
            cpu: 500m
            memory: 256Mi
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8080
            periodSeconds: 10
          terminationGracePeriodSeconds: 30
      strategy:
        type: RollingReplace
        maxSurge: 1
        maxUnavailable: 25%

    """
}
