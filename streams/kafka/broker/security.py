"""Optional protection of the client listener: TLS, passwords, access control lists.

It lets tests and trials meet the conditions of a production cluster. The nodes themselves, and
administration, keep a second, plain listener on the loopback interface, whose anonymous user may
do everything.
"""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import UserScramCredentialUpsertion

from streams.errors import BrokerError
from streams.kafka.broker import java

STORE_PASSWORD = "embedded"
SCRAM = "SCRAM-SHA-512"
SCRAM_ITERATIONS = 4096
CERTIFICATE = (
    *("-keyalg", "EC"),
    *("-dname", "CN=localhost"),
    *("-ext", "san=dns:localhost,ip:127.0.0.1"),
    *("-validity", "3650"),
)


@dataclass(frozen=True)
class Security:
    """What the client listener demands.

    Parameters
    ----------
    users
        Passwords by user name; with any, clients must authenticate, by SASL `PLAIN` or
        `SCRAM-SHA-512`.
    tls
        Encrypt. Clients find the certificate to trust, PEM, in `certificate.pem` of the data
        folder; it is made out to `localhost` and 127.0.0.1.
    tokens
        Let whoever has an unsecured token in as its subject, by SASL `OAUTHBEARER`. Only a trial
        may do that: anybody can write such a token.
    clients
        Certificates, PEM, one of which a client must show (with `tls`).
    acls
        Deny what no access control list allows, by Kafka's own authorizer.
    super_users
        Names of users whom no list binds.
    """

    users: Mapping[str, str] = field(default_factory=dict)
    tokens: bool = False
    tls: bool = False
    clients: Path | None = None
    acls: bool = False
    super_users: tuple[str, ...] = ()

    @property
    def protocol(self) -> str:
        """Kafka's name for the protocol of the client listener."""
        if self.users or self.tokens:
            return "SASL_SSL" if self.tls else "SASL_PLAINTEXT"
        return "SSL" if self.tls else "PLAINTEXT"

    def properties(self, data: Path, listener: str) -> dict[str, str]:
        """Return the broker settings for the listener called `listener`."""
        result: dict[str, str] = {}
        prefix = f"listener.name.{listener.lower()}"
        if self.users:
            result["sasl.enabled.mechanisms"] = f"PLAIN,{SCRAM}"
            known = " ".join(f"user_{name}={_quoted(pw)}" for name, pw in self.users.items())
            package = "org.apache.kafka.common.security"
            result[f"{prefix}.plain.sasl.jaas.config"] = (
                f"{package}.plain.PlainLoginModule required {known};"
            )
            result[f"{prefix}.scram-sha-512.sasl.jaas.config"] = (
                f"{package}.scram.ScramLoginModule required;"
            )
        if self.tokens:
            result["sasl.enabled.mechanisms"] = ",".join(
                filter(None, [result.get("sasl.enabled.mechanisms"), "OAUTHBEARER"])
            )
            result[f"{prefix}.oauthbearer.sasl.jaas.config"] = (
                "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
                ' unsecuredLoginStringClaim_sub="broker";'
            )
        if self.clients is not None:
            result[f"{prefix}.ssl.client.auth"] = "required"
            result[f"{prefix}.ssl.truststore.type"] = "PEM"
            result[f"{prefix}.ssl.truststore.location"] = str(self.clients)
        if self.tls:
            result[f"{prefix}.ssl.keystore.type"] = "PKCS12"
            result[f"{prefix}.ssl.keystore.location"] = str(data / "keystore.p12")
            result[f"{prefix}.ssl.keystore.password"] = STORE_PASSWORD
        if self.acls:
            authorizer = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
            result["authorizer.class.name"] = authorizer
            allowed = ("ANONYMOUS", *self.super_users)
            result["super.users"] = ";".join(f"User:{name}" for name in allowed)
        return result

    def prepare(self, data: Path) -> None:
        """Make the key and certificate that TLS needs, unless the data folder has them."""
        store, certificate = data / "keystore.p12", data / "certificate.pem"
        if not self.tls or certificate.exists():
            return
        store.unlink(missing_ok=True)
        _keytool(["-genkeypair", "-alias", "broker", *CERTIFICATE, "-storetype", "PKCS12"], store)
        _keytool(["-exportcert", "-alias", "broker", "-rfc", "-file", str(certificate)], store)

    def publish(self, bootstrap: str) -> None:
        """Tell the running cluster the users' SCRAM credentials."""
        if not self.users:
            return
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            admin.alter_user_scram_credentials(
                [
                    UserScramCredentialUpsertion(name, SCRAM, password, SCRAM_ITERATIONS)
                    for name, password in self.users.items()
                ]
            )
        finally:
            admin.close()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _keytool(arguments: list[str], store: Path) -> None:
    command = [os.fspath(java.java_home() / "bin" / "keytool"), *arguments]
    command += ["-keystore", str(store), "-storepass", STORE_PASSWORD, "-noprompt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BrokerError(f"keytool failed: {(done.stdout + done.stderr).strip()}")
