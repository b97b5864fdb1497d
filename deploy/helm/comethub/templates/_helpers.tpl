{{- define "comethub.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "comethub.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: hub
{{- end }}

{{- define "comethub.redisSelector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: redis
{{- end }}

{{- define "comethub.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "comethub.labels" -}}
{{ include "comethub.selector" . }}
{{ include "comethub.commonLabels" . }}
{{- end }}

{{- define "comethub.secret" -}}
{{- default (include "comethub.fullname" .) .Values.existingSecret }}
{{- end }}

{{- define "comethub.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "comethub.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "comethub.bus" -}}
{{- if and (eq .Values.bus "memory") (or .Values.autoscaling.enabled (ne (int .Values.replicas) 1)) }}
{{- fail "bus: memory is for one hub alone: autoscaling.enabled false and replicas 1" }}
{{- end }}
{{- if .Values.bus }}
{{- .Values.bus }}
{{- else if .Values.redis.enabled }}
{{- printf "redis://%s-redis:6379" (include "comethub.fullname" .) }}
{{- else }}
{{- fail "bus: give the URL of Redis, or redis.enabled" }}
{{- end }}
{{- end }}

{{/* A setting of the hub as its environment has it: a list is separated by commas. */}}
{{- define "comethub.environment" -}}
{{- range $name, $value := . }}
- name: HUB_{{ $name | upper | replace "-" "_" }}
  {{- if kindIs "slice" $value }}
  value: {{ join "," $value | quote }}
  {{- else if kindIs "string" $value }}
  value: {{ quote $value }}
  {{- else }}
  {{- /* As it was written: a number beyond a million is not to become 1e+06. */}}
  value: {{ $value | toJson | quote }}
  {{- end }}
{{- end }}
{{- end }}
