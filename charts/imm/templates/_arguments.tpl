{{- /* What immd is started with: the one place that knows its options. */}}
{{- define "imm.arguments" -}}
- --store=kubernetes
- --system-namespace={{ .Release.Namespace }}
{{- range .Values.watchNamespaces }}
- --namespace={{ . }}
{{- end }}
{{- if .Values.watchNamespaces }}
- --provider=kubernetes
{{- end }}
- --health-listen=0.0.0.0:8086
- --data-dir=/scratch
- --log-level={{ .Values.logLevel }}
- --log-format={{ .Values.logFormat }}
{{- end }}
