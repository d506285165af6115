{{- define "imm.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* At most 48 characters, so that what is made of it stays a name. */}}
{{- define "imm.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 48 | trimSuffix "-" }}
{{- else if contains (include "imm.name" .) .Release.Name }}
{{- .Release.Name | trunc 48 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "imm.name" .) | trunc 48 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- /* Of cluster-scoped objects: two releases of one name in two namespaces do not meet. */}}
{{- define "imm.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "imm.fullname" .) }}
{{- end }}

{{- define "imm.selectorLabels" -}}
app.kubernetes.io/name: {{ include "imm.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- /* Our labels count before anybody's. */}}
{{- define "imm.labels" -}}
{{- include "imm.labelsWith" (list . dict) }}
{{- end }}

{{- /* The same, with further ones: a list of the root and a map. */}}
{{- define "imm.labelsWith" -}}
{{- $root := index . 0 }}
{{- $own := dict
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "app.kubernetes.io/component" "controller"
  "app.kubernetes.io/managed-by" $root.Release.Service
}}
{{- merge $own (include "imm.selectorLabels" $root | fromYaml) (index . 1) $root.Values.commonLabels | toYaml }}
{{- end }}

{{- define "imm.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "imm.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "imm.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- /* Whether it looks after one namespace alone: "yes", or nothing. */}}
{{- define "imm.isNamespaced" -}}
{{- if .Values.watchNamespaces }}yes{{ end }}
{{- end }}
