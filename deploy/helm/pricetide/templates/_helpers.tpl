{{- define "pricetide.labels" -}}
app.kubernetes.io/name: pricetide
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "pricetide.selector" -}}
app.kubernetes.io/name: pricetide
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pricetide.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "pricetide.environment" -}}
- name: PRICETIDE_BOOTSTRAP
  value: {{ required "kafka.bootstrap is needed" .Values.kafka.bootstrap | quote }}
- name: PRICETIDE_CUSTOMER_KEY
  valueFrom:
    secretKeyRef:
      name: {{ required "customerKey.secret is needed" .Values.customerKey.secret }}
      key: customer-key
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- with .Values.env }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pricetide.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "pricetide.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}
