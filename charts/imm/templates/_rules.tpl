{{- /*
The rights of immd, and no others; what it asks of the API server is told by `immd rbac`.
Secrets are never listed nor watched.
*/}}

{{- /* In the namespaces that it looks after. */}}
{{- define "imm.rules.namespace" -}}
# What is wished for, and the records of what there is.
- apiGroups: [imm.dev]
  resources: [instancesets, revisions, instances, volumes, slotsnapshots, volumeforcedetaches]
  verbs: [get, list, watch]
# Finalizers, and marks of a new leader.
- apiGroups: [imm.dev]
  resources: [instancesets]
  verbs: [update]
# The records are the controllers' own.
- apiGroups: [imm.dev]
  resources: [revisions, instances, volumes, slotsnapshots]
  verbs: [create, update, delete]
# What came of it.
- apiGroups: [imm.dev]
  resources:
    - instancesets/status
    - revisions/status
    - instances/status
    - volumes/status
    - slotsnapshots/status
    - volumeforcedetaches/status
  verbs: [update]
# Owner references that block the owner's deletion, where the cluster asks for this right.
- apiGroups: [imm.dev]
  resources: [instancesets/finalizers]
  verbs: [update]
# What happened, for people.
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
# Instances are Pods. Patched are finalizers, and the gate that holds a Pod until it is started.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
# Over a websocket, which begins with a GET: which of the two is asked for differs between versions.
- apiGroups: [""]
  resources: [pods/exec]
  verbs: [get, create]
# Volumes are claims.
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, create, patch, delete]
# Those that templates and Providers name, each when it is needed; and those that hold one Pod's files.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, create, delete]
{{- end }}

{{- /* In its own namespace. */}}
{{- define "imm.rules.system" -}}
# Which of several processes acts. What is created has no name yet that a rule could tell.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [immd-controllers]
  verbs: [get, update]
# The installation's id and key.
- apiGroups: [""]
  resources: [secrets]
  verbs: [create]
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [imm-installation]
  verbs: [get]
# Its uid tells this cluster from others, where kube-system's may not be read.
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: [{{ .Release.Namespace }}]
  verbs: [get]
{{- end }}

{{- /* Kinds without a namespace; not where it looks after one namespace alone. */}}
{{- define "imm.rules.cluster" -}}
# Where instances run; the first start makes one.
- apiGroups: [imm.dev]
  resources: [providers]
  verbs: [get, list, watch, create]
- apiGroups: [imm.dev]
  resources: [providers/status]
  verbs: [update]
# Whether the definitions that are installed are those of this version.
- apiGroups: [apiextensions.k8s.io]
  resources: [customresourcedefinitions]
  resourceNames:
    {{- range include "imm.kinds" . | fromYamlArray }}
    - {{ . }}.imm.dev
    {{- end }}
  verbs: [get]
# Its uid tells this cluster from others.
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: [kube-system]
  verbs: [get]
# Whether a Node that held a Pod is gone.
- apiGroups: [""]
  resources: [nodes]
  verbs: [get]
# Whether claims can grow.
- apiGroups: [storage.k8s.io]
  resources: [storageclasses]
  verbs: [get, list]
{{- end }}

{{- /* Plurals of the kinds. */}}
{{- define "imm.kinds" -}}
[gitsources, instances, instancesets, providers, pruneapprovals, revisions, slotsnapshots, volumeforcedetaches, volumes]
{{- end }}
