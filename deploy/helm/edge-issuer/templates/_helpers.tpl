{{/* In a parent chart .Chart.Name is the alias, which can contain upper-case letters and underscores. */}}
{{- define "edge-issuer.name" -}}
{{- default .Chart.Name .Values.nameOverride | lower | replace "_" "-" | replace "." "-" | trunc 45 | trimAll "-" -}}
{{- end -}}

{{/* Prefix of every name, short enough for the longest suffix. The name of a release can contain dots and begin
with a digit, that of a Service cannot. */}}
{{- define "edge-issuer.fullname" -}}
{{- $name := include "edge-issuer.name" . -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- $default := ternary $release (printf "%s-%s" $release $name) (contains $name $release) -}}
{{- regexReplaceAll "^([0-9])" (default $default .Values.fullnameOverride) "r$1" | trunc 45 | trimSuffix "-" -}}
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

{{/* Labels of an object. Takes a list: the root context, the component or '', and the user's labels for this
object. These override commonLabels; the chart's own labels override both, since selectors use them. */}}
{{- define "edge-issuer.labels" -}}
{{- $root := index . 0 -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "edge-issuer.name" $root)
  "app.kubernetes.io/instance" $root.Release.Name
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "app.kubernetes.io/managed-by" $root.Release.Service
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_.") -}}
{{- with index . 1 }}{{ $_ := set $own "app.kubernetes.io/component" . }}{{ end -}}
{{- include "edge-issuer.merged" (list $root.Values.commonLabels (index . 2) $own) -}}
{{- end -}}

{{/* Selects the relay's Pods. */}}
{{- define "edge-issuer.selectorLabels" -}}
app.kubernetes.io/name: {{ include "edge-issuer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: relay
{{- end -}}

{{/* Merges a list of maps into YAML. The last value takes precedence, also if it is empty, unlike in sprig's merge. */}}
{{- define "edge-issuer.merged" -}}
{{- $merged := dict -}}
{{- range $map := . }}{{ range $key, $value := $map }}{{ $_ := set $merged $key $value }}{{ end }}{{ end -}}
{{- toYaml $merged -}}
{{- end -}}

{{/* Environment of the relay: the entries of the chart and of the user, each name once. The last entry of a name
replaces the first one at its position, so that references to it still resolve; NODE_OPTIONS are joined. */}}
{{- define "edge-issuer.env" -}}
{{- $own := list -}}
{{- with .Values.nodeOptions }}{{ $own = append $own (dict "name" "NODE_OPTIONS" "value" .) }}{{ end -}}
{{- if .Values.rbac.namespaced -}}
{{- $fieldRef := dict "fieldRef" (dict "fieldPath" "metadata.namespace") -}}
{{- $own = append $own (dict "name" "EDGE_ISSUER_WATCH_NAMESPACE" "valueFrom" $fieldRef) -}}
{{- end -}}
{{- $names := list -}}
{{- $entries := dict -}}
{{- range concat $own (default (list) .Values.env) -}}
{{- $entry := . -}}
{{- $before := get $entries .name -}}
{{- if not $before -}}
{{- $names = append $names .name -}}
{{- else if and (eq .name "NODE_OPTIONS") $before.value .value -}}
{{- $entry = dict "name" .name "value" (printf "%s %s" $before.value .value) -}}
{{- end -}}
{{- $_ := set $entries .name $entry -}}
{{- end -}}
{{- $env := list -}}
{{- range $names }}{{ $env = append $env (get $entries .) }}{{ end -}}
{{- if $env }}{{ toYaml $env }}{{ end -}}
{{- end -}}

{{/* Secret with the certificate of /metrics; empty if the relay generates one. */}}
{{- define "edge-issuer.metricsSecret" -}}
{{- with .Values.metrics -}}
{{- if .certificate.secretName -}}
{{- .certificate.secretName -}}
{{- else if .certificate.create -}}
{{- printf "%s-metrics-tls" (include "edge-issuer.fullname" $) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Host name of /metrics in its certificate. */}}
{{- define "edge-issuer.metricsHost" -}}
{{- printf "%s-metrics.%s.svc" (include "edge-issuer.fullname" .) .Release.Namespace -}}
{{- end -}}

{{/* How Prometheus verifies /metrics. */}}
{{- define "edge-issuer.monitorTls" -}}
scheme: https
tlsConfig:
  {{- with include "edge-issuer.metricsSecret" . }}
  serverName: {{ include "edge-issuer.metricsHost" $ }}
  {{- with $.Values.metrics.certificate.caKey }}
  ca:
    secret:
      name: {{ include "edge-issuer.metricsSecret" $ }}
      key: {{ . }}
  {{- end }}
  {{- else }}
  # The relay generates its certificate at startup; the token authenticates the client.
  insecureSkipVerify: true
  {{- end }}
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

{{/* Directions that the NetworkPolicy restricts. Helm removes null values. */}}
{{- define "edge-issuer.policyTypes" -}}
{{- $types := list -}}
{{- with .Values.networkPolicy -}}
{{- $null := dict "Ingress" (kindIs "invalid" .ingress) "Egress" (kindIs "invalid" .egress) -}}
{{- range .policyTypes }}{{ if not (get $null .) }}{{ $types = append $types . }}{{ end }}{{ end -}}
{{- end -}}
{{- toYaml $types -}}
{{- end -}}

{{/* Whether a number of a PodDisruptionBudget is set, that is neither '' nor null. */}}
{{- define "edge-issuer.isSet" -}}
{{- if not (or (kindIs "invalid" .) (eq (toString .) "")) }}true{{ end -}}
{{- end -}}

{{/* Rejects values that contradict each other. The schema checks each value on its own. */}}
{{- define "edge-issuer.validate" -}}
{{- $v := .Values -}}
{{- if and (not $v.leaderElection.enabled) (gt (int $v.replicaCount) 1) -}}
{{- fail "replicaCount must be 1 with leaderElection.enabled=false, since several relays would process the same requests" -}}
{{- end -}}
{{- $monitors := or $v.prometheus.serviceMonitor.enabled $v.prometheus.podMonitor.enabled -}}
{{- if and $monitors (not $v.metrics.enabled) -}}
{{- fail "prometheus: the monitors require metrics.enabled=true" -}}
{{- end -}}
{{- if and $v.prometheus.podMonitor.enabled $v.metrics.secure (not $v.prometheus.podMonitor.tokenSecret.name) -}}
{{- fail "prometheus.podMonitor: metrics.secure=true requires a token; set prometheus.podMonitor.tokenSecret, or use prometheus.serviceMonitor, which sends the token of Prometheus" -}}
{{- end -}}
{{- $hasMin := include "edge-issuer.isSet" $v.podDisruptionBudget.minAvailable -}}
{{- $hasMax := include "edge-issuer.isSet" $v.podDisruptionBudget.maxUnavailable -}}
{{- if and $v.podDisruptionBudget.enabled (eq $hasMin $hasMax) -}}
{{- fail "podDisruptionBudget: set exactly one of minAvailable and maxUnavailable, and the other one to ''" -}}
{{- end -}}
{{- if and $v.networkPolicy.enabled (not (include "edge-issuer.policyTypes" . | fromYamlArray)) -}}
{{- fail "networkPolicy: a policy needs ingress or egress; set networkPolicy.enabled=false for no policy" -}}
{{- end -}}
{{- range $v.env -}}
{{- if and (eq .name "NODE_OPTIONS") (hasKey . "valueFrom") $v.nodeOptions -}}
{{- fail "env: NODE_OPTIONS from a reference cannot be joined with nodeOptions; set nodeOptions to ''" -}}
{{- end -}}
{{- end -}}
{{- if and (not $v.rbac.secrets) $v.credentialNamespaces -}}
{{- fail "credentialNamespaces: rbac.secrets=false forbids the relay to read Secrets; leave credentialNamespaces empty, or set rbac.secrets=true" -}}
{{- end -}}
{{- include "edge-issuer.validateNamespaced" . -}}
{{- include "edge-issuer.validateMetricsCertificate" . -}}
{{- end -}}

{{- define "edge-issuer.validateNamespaced" -}}
{{- $v := .Values -}}
{{- if $v.rbac.namespaced -}}
{{- if and $v.metrics.enabled $v.metrics.secure -}}
{{- fail "rbac.namespaced=true: authenticating metrics clients requires cluster-wide permissions; set metrics.secure=false or metrics.enabled=false" -}}
{{- end -}}
{{- if or $v.clusterResourceNamespace $v.credentialNamespaces -}}
{{- fail "rbac.namespaced=true: the relay reads Secrets in its own namespace only; leave clusterResourceNamespace and credentialNamespaces empty" -}}
{{- end -}}
{{- range $v.tokenServiceAccounts -}}
{{- if ne .namespace $.Release.Namespace -}}
{{- fail "rbac.namespaced=true: the relay requests tokens in its own namespace only; remove entries of other namespaces from tokenServiceAccounts" -}}
{{- end -}}
{{- end -}}
{{- if $v.admissionPolicies.issuerUrls.allow -}}
{{- fail "rbac.namespaced=true: a ValidatingAdmissionPolicy is cluster-scoped; leave admissionPolicies.issuerUrls.allow empty" -}}
{{- end -}}
{{- range $v.env -}}
{{- if eq .name "EDGE_ISSUER_WATCH_NAMESPACE" -}}
{{- fail "rbac.namespaced=true: the chart sets EDGE_ISSUER_WATCH_NAMESPACE to the release's namespace; remove it from env" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "edge-issuer.validateMetricsCertificate" -}}
{{- $v := .Values -}}
{{- with $v.metrics.certificate -}}
{{- if and (or .create .secretName) (not (and $v.metrics.enabled $v.metrics.secure)) -}}
{{- fail "metrics.certificate: a certificate requires metrics.enabled=true and metrics.secure=true; otherwise leave secretName empty and create false" -}}
{{- end -}}
{{- if and .create (not .issuerRef.name) -}}
{{- fail "metrics.certificate.create=true: set metrics.certificate.issuerRef.name to an issuer of cert-manager" -}}
{{- end -}}
{{- if and .create (eq .issuerRef.group "edge-issuer.dev") -}}
{{- fail "metrics.certificate.issuerRef: an issuer of edge-issuer cannot issue this certificate, since the relay does not start without it; name an issuer of cert-manager" -}}
{{- end -}}
{{- end -}}
{{- end -}}
