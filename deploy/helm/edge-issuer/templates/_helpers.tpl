{{- define "edge-issuer.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{/* Prefix of every name; short enough for the longest ending. */}}
{{- define "edge-issuer.fullname" -}}
{{- $name := include "edge-issuer.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 45 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 45 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 45 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "edge-issuer.serviceAccountName" -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else if .Values.serviceAccount.create -}}
{{- printf "%s-relay" (include "edge-issuer.fullname" .) -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "edge-issuer.labels" -}}
{{- with .Values.commonLabels }}
{{- toYaml . }}
{{ end -}}
app.kubernetes.io/name: {{ include "edge-issuer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Of the relay's pods. */}}
{{- define "edge-issuer.selectorLabels" -}}
app.kubernetes.io/name: {{ include "edge-issuer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: relay
{{- end -}}

{{- define "edge-issuer.subjects" -}}
subjects:
  - kind: ServiceAccount
    name: {{ include "edge-issuer.serviceAccountName" . }}
    namespace: {{ .Release.Namespace }}
{{- end -}}

{{- define "edge-issuer.image" -}}
{{- with .Values.image -}}
{{- if .registry }}{{ .registry }}/{{ end }}{{ .repository -}}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* What can be said in the schema is said there; this is about values that do not go together. */}}
{{- define "edge-issuer.validate" -}}
{{- $v := .Values -}}
{{- if and (not $v.leaderElection.enabled) (gt (int $v.replicaCount) 1) -}}
{{- fail "leaderElection.enabled=false allows one replica: several would do the same work (replicaCount)" -}}
{{- end -}}
{{- if and $v.rbac.namespaced $v.metrics.enabled $v.metrics.secure -}}
{{- fail "rbac.namespaced=true: who scrapes is asked of the whole cluster, which the relay may not; set metrics.secure=false or metrics.enabled=false" -}}
{{- end -}}
{{- if and $v.rbac.namespaced (or $v.clusterResourceNamespace $v.credentialNamespaces) -}}
{{- fail "rbac.namespaced=true: the relay reads Secrets in its own namespace only; leave clusterResourceNamespace and credentialNamespaces empty" -}}
{{- end -}}
{{- $monitors := or $v.prometheus.serviceMonitor.enabled $v.prometheus.podMonitor.enabled -}}
{{- if and $monitors (not $v.metrics.enabled) -}}
{{- fail "prometheus: there is nothing to scrape with metrics.enabled=false" -}}
{{- end -}}
{{- if and $v.prometheus.podMonitor.enabled $v.metrics.secure (not $v.prometheus.podMonitor.tokenSecret.name) -}}
{{- fail "prometheus.podMonitor: secure metrics want a token; name its Secret in prometheus.podMonitor.tokenSecret, or use prometheus.serviceMonitor, which shows Prometheus' own" -}}
{{- end -}}
{{- if and $v.podDisruptionBudget.enabled (ne (toString $v.podDisruptionBudget.minAvailable) "") (ne (toString $v.podDisruptionBudget.maxUnavailable) "") -}}
{{- fail "podDisruptionBudget: one of minAvailable and maxUnavailable; set the other one to ''" -}}
{{- end -}}
{{- end -}}
