{{/* In a parent chart .Chart.Name is the alias, which can contain upper-case letters and underscores. */}}
{{- define "edge-issuer-signer.name" -}}
{{- default .Chart.Name .Values.nameOverride | lower | replace "_" "-" | replace "." "-" | trunc 45 | trimAll "-" -}}
{{- end -}}

{{/* Prefix of every name, short enough for the longest suffix. The name of a release can contain dots and begin
with a digit, that of a Service cannot. */}}
{{- define "edge-issuer-signer.fullname" -}}
{{- $name := include "edge-issuer-signer.name" . -}}
{{- $release := .Release.Name | replace "." "-" -}}
{{- $default := ternary $release (printf "%s-%s" $release $name) (contains $name $release) -}}
{{- regexReplaceAll "^([0-9])" (default $default .Values.fullnameOverride) "r$1" | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{- define "edge-issuer-signer.serviceAccountName" -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else if .Values.serviceAccount.create -}}
{{- include "edge-issuer-signer.fullname" . -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{/* Labels of an object. Takes a list: the root context, the component, and the user's labels for this object. These
override commonLabels; the chart's own labels override both, since selectors use them. */}}
{{- define "edge-issuer-signer.labels" -}}
{{- $root := index . 0 -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "edge-issuer-signer.name" $root)
  "app.kubernetes.io/instance" $root.Release.Name
  "app.kubernetes.io/version" $root.Chart.AppVersion
  "app.kubernetes.io/managed-by" $root.Release.Service
  "app.kubernetes.io/component" (index . 1)
  "helm.sh/chart" (printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_.") -}}
{{- include "edge-issuer-signer.merged" (list $root.Values.commonLabels (index . 2) $own) -}}
{{- end -}}

{{/* Selects the signer's Pod. */}}
{{- define "edge-issuer-signer.selectorLabels" -}}
app.kubernetes.io/name: {{ include "edge-issuer-signer.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: signer
{{- end -}}

{{/* Merges a list of maps into YAML. The last value takes precedence, also if it is empty, unlike in sprig's merge. */}}
{{- define "edge-issuer-signer.merged" -}}
{{- $merged := dict -}}
{{- range $map := . }}{{ range $key, $value := $map }}{{ $_ := set $merged $key $value }}{{ end }}{{ end -}}
{{- toYaml $merged -}}
{{- end -}}

{{- define "edge-issuer-signer.image" -}}
{{- with .Values.image -}}
{{- if .registry }}{{ .registry }}/{{ end }}{{ .repository -}}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ default $.Chart.AppVersion .tag }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Environment: each name once. The last entry of a name replaces the first one at its position, so that references to
it still resolve. */}}
{{- define "edge-issuer-signer.env" -}}
{{- $names := list -}}
{{- $entries := dict -}}
{{- range default (list) .Values.env -}}
{{- if not (hasKey $entries .name) }}{{ $names = append $names .name }}{{ end -}}
{{- $_ := set $entries .name . -}}
{{- end -}}
{{- $env := list -}}
{{- range $names }}{{ $env = append $env (get $entries .) }}{{ end -}}
{{- if $env }}{{ toYaml $env }}{{ end -}}
{{- end -}}

{{/* signer.config.json as text. */}}
{{- define "edge-issuer-signer.config" -}}
{{- with .Values.project.config -}}
{{- if kindIs "string" . }}{{ . }}{{ else }}{{ toPrettyJson . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* worker.js, by default as edge-issuer worker init writes it. */}}
{{- define "edge-issuer-signer.worker" -}}
{{- if .Values.project.worker }}{{ .Values.project.worker }}{{ else -}}
import config from './signer.config.json'
import { createWorker } from 'edge-issuer/worker'

export { CertificateIndex, Directory, Genesis, Ledger } from 'edge-issuer/worker'

export default createWorker(config)
{{ end -}}
{{- end -}}

{{- define "edge-issuer-signer.configMapName" -}}
{{- default (printf "%s-project" (include "edge-issuer-signer.fullname" .)) .Values.project.existingConfigMap -}}
{{- end -}}

{{/* publicUrl as urlParse gives it, or {} with a ConfigMap that the chart does not make. */}}
{{- define "edge-issuer-signer.publicUrl" -}}
{{- $config := include "edge-issuer-signer.config" . -}}
{{- $url := "" -}}
{{- with $config }}{{ $url = (fromJson .).publicUrl }}{{ end -}}
{{- if kindIs "string" $url }}{{ if hasPrefix "https://" $url }}{{ urlParse $url | toJson }}{{ else }}{}{{ end }}{{ else }}{}{{ end -}}
{{- end -}}

{{- define "edge-issuer-signer.claimName" -}}
{{- default (printf "%s-data" (include "edge-issuer-signer.fullname" .)) .Values.persistence.existingClaim -}}
{{- end -}}

{{- define "edge-issuer-signer.tlsSecret" -}}
{{- default (printf "%s-tls" (include "edge-issuer-signer.fullname" .)) .Values.tls.existingSecret -}}
{{- end -}}

{{- define "edge-issuer-signer.serviceHost" -}}
{{- printf "%s.%s.svc" (include "edge-issuer-signer.fullname" .) .Release.Namespace -}}
{{- end -}}

{{/* Names in the certificate that cert-manager issues: of the Service, of publicUrl, and of the user. */}}
{{- define "edge-issuer-signer.dnsNames" -}}
{{- $service := include "edge-issuer-signer.serviceHost" . -}}
{{- $names := list $service (printf "%s.cluster.local" $service) -}}
{{- with (include "edge-issuer-signer.publicUrl" . | fromJson).hostname -}}
{{- if not (regexMatch "^[0-9.]+$|:" .) }}{{ $names = append $names (lower .) }}{{ end -}}
{{- end -}}
{{- toYaml (concat $names (default (list) .Values.tls.certificate.dnsNames) | uniq) -}}
{{- end -}}

{{/* Addresses in that certificate: of publicUrl, and of the user. */}}
{{- define "edge-issuer-signer.ipAddresses" -}}
{{- $addresses := list -}}
{{- with (include "edge-issuer-signer.publicUrl" . | fromJson).hostname -}}
{{- if regexMatch "^[0-9.]+$|:" . }}{{ $addresses = append $addresses (trimAll "[]" .) }}{{ end -}}
{{- end -}}
{{- toYaml (concat $addresses (default (list) .Values.tls.certificate.ipAddresses) | uniq) -}}
{{- end -}}

{{/* Path of /v1/metrics, below that of publicUrl. */}}
{{- define "edge-issuer-signer.metricsPath" -}}
{{- $path := (include "edge-issuer-signer.publicUrl" . | fromJson).path -}}
{{- default $path .Values.prometheus.serviceMonitor.pathPrefix | trimSuffix "/" -}}/v1/metrics
{{- end -}}

{{/* Rejects values that are missing or contradict each other, all at once. The schema checks each value on its own. */}}
{{- define "edge-issuer-signer.validate" -}}
{{- $v := .Values -}}
{{- $problems := list -}}
{{- $problems = concat $problems (include "edge-issuer-signer.validateProject" . | fromYamlArray) -}}
{{- with $v.secrets -}}
{{- if and .existingSecret .csi -}}
{{- $problems = append $problems "secrets: set one of secrets.existingSecret and secrets.csi, and leave the other one empty" -}}
{{- else if not (or .existingSecret .csi) -}}
{{- $problems = append $problems "secrets: set secrets.existingSecret to a Secret with one entry for each Worker secret, such as the CA key, or set secrets.csi" -}}
{{- else if and .csi (not .csi.driver) -}}
{{- $problems = append $problems "secrets.csi: set secrets.csi.driver to the name of a CSI driver" -}}
{{- end -}}
{{- end -}}
{{- with $v.tls -}}
{{- if not (or .existingSecret .certificate.create) -}}
{{- $problems = append $problems "tls: set tls.existingSecret to a Secret with tls.crt and tls.key, or tls.certificate.create=true" -}}
{{- end -}}
{{- if and .existingSecret (eq .existingSecret (default "" $v.secrets.existingSecret)) -}}
{{- $problems = append $problems "tls: the certificate and the Worker secrets must be in different Secrets, since every entry of secrets.existingSecret is given to the worker" -}}
{{- end -}}
{{- if and .certificate.create (not .certificate.issuerRef.name) -}}
{{- $problems = append $problems "tls.certificate.create=true: set tls.certificate.issuerRef.name to an issuer of cert-manager" -}}
{{- end -}}
{{- if and .certificate.create (eq .certificate.issuerRef.group "edge-issuer.dev") -}}
{{- $problems = append $problems "tls.certificate.issuerRef: an issuer of edge-issuer cannot issue this certificate, since the signer does not start without it; name an issuer of cert-manager" -}}
{{- end -}}
{{- end -}}
{{- with $v.persistence -}}
{{- if and .existingClaim .volumeName -}}
{{- $problems = append $problems "persistence: volumeName is for the claim that the chart makes; leave it empty with existingClaim" -}}
{{- end -}}
{{- end -}}
{{- with $v.service -}}
{{- if and .nodePort (eq .type "ClusterIP") -}}
{{- $problems = append $problems "service.nodePort requires service.type NodePort or LoadBalancer" -}}
{{- end -}}
{{- if and (or .loadBalancerClass .loadBalancerSourceRanges) (ne .type "LoadBalancer") -}}
{{- $problems = append $problems "service: loadBalancerClass and loadBalancerSourceRanges require service.type LoadBalancer" -}}
{{- end -}}
{{- if and .externalTrafficPolicy (eq .type "ClusterIP") -}}
{{- $problems = append $problems "service.externalTrafficPolicy requires service.type NodePort or LoadBalancer" -}}
{{- end -}}
{{- end -}}
{{- with $v.prometheus.serviceMonitor -}}
{{- if and .enabled (not .tokenSecret.name) -}}
{{- $problems = append $problems "prometheus.serviceMonitor: set tokenSecret.name to a Secret with the value of the Worker secret METRICS_TOKEN" -}}
{{- end -}}
{{- end -}}
{{- if $problems -}}
{{- fail (printf "values:\n- %s" (join "\n- " $problems)) -}}
{{- end -}}
{{- end -}}

{{- define "edge-issuer-signer.validateProject" -}}
{{- $problems := list -}}
{{- with .Values.project -}}
{{- if and .existingConfigMap (or .config .worker) -}}
{{- $problems = append $problems "project: existingConfigMap replaces config and worker; leave both empty" -}}
{{- else if not (or .existingConfigMap .config) -}}
{{- $problems = append $problems "project: set project.config to the content of signer.config.json (--set-file project.config=signer.config.json), or project.existingConfigMap" -}}
{{- end -}}
{{- end -}}
{{- $config := include "edge-issuer-signer.config" . -}}
{{- if contains "PRIVATE KEY" (print $config .Values.project.worker) -}}
{{- $problems = append $problems "project: contains a private key, which would be readable in the ConfigMap and in the release; put it in the Secret of secrets.existingSecret" -}}
{{- end -}}
{{- if $config -}}
{{- $parsed := fromJson $config -}}
{{- if and (hasKey $parsed "Error") (not $parsed.publicUrl) -}}
{{- $problems = append $problems (printf "project.config is not JSON: %s" $parsed.Error) -}}
{{- else if not (include "edge-issuer-signer.publicUrl" . | fromJson).host -}}
{{- $problems = append $problems "project.config: publicUrl must be the https URL at which relays reach the signer" -}}
{{- else if not $parsed.issuers -}}
{{- $problems = append $problems "project.config: issuers is empty, so that the signer would refuse every request" -}}
{{- end -}}
{{- end -}}
{{- toYaml $problems -}}
{{- end -}}
