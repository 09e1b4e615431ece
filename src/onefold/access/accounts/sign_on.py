"""Single sign-on by OpenID Connect (Core 1.0, code flow) with state, nonce and PKCE (RFC 7636).

A provider's word counts for the e-mail domains it is configured for, and for verified addresses only. Somebody known
is found by the provider's subject, else by e-mail once, which links the account for good.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from onefold.access.accounts.attempts import in_turn
from onefold.access.accounts.model import NewSession, User, Visitor
from onefold.access.accounts.signing_in import acting_as, arrive, nobody
from onefold.access.accounts.tables import sign_on_request, user_account
from onefold.access.accounts.tokens import new_token, revoke_link_tokens, token_hash
from onefold.access.accounts.users import add_user, fold_email, get_user
from onefold.access.audit import record_audit
from onefold.access.vault import Vault
from onefold.errors import InvalidInput, NotAllowed, NotSignedIn, SourceFailed
from onefold.kernel import utc_now
from onefold.settings import SignOnSettings
from onefold.storage import AppDatabase, aware

SCOPE = "openid email profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures only; neither ``none`` nor shared secrets."""

_REQUEST_LIFETIME = timedelta(minutes=10)
_TIMEOUT_SECONDS = 10.0
_LEEWAY_SECONDS = 60


@dataclass(frozen=True)
class Provider:
    """A configured provider with its client secret read."""

    name: str
    settings: SignOnSettings
    client_secret: str | None


@dataclass(frozen=True)
class Identity:
    """Who the provider says it is."""

    subject: str
    email: str
    name: str


def start_sign_on(
    database: AppDatabase, vault: Vault, provider: Provider, *, redirect_uri: str, next_path: str
) -> tuple[str, str]:
    """The provider's address to send the browser to, and the state to put into its cookie.

    Raises:
        SourceFailed: the provider does not answer.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    metadata = _discovered(provider)
    state, nonce, verifier = new_token(), new_token(), new_token()
    moment = utc_now()
    kept = {
        "state_hash": token_hash(state),
        "provider": provider.name,
        "sealed": vault.seal(json.dumps([nonce, verifier]), purpose=f"sign-on:{token_hash(state)}"),
        "next_path": safe_path(next_path),
        "expires_at": moment + _REQUEST_LIFETIME,
    }

    def keep(connection: sa.Connection) -> None:
        connection.execute(sa.delete(sign_on_request).where(sign_on_request.c.expires_at < moment))
        connection.execute(sign_on_request.insert().values(**kept))

    in_turn(database, keep)
    uri = prepare_grant_uri(
        metadata["authorization_endpoint"],
        provider.settings.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=SCOPE,
        state=state,
        nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier),
        code_challenge_method="S256",
    )
    return str(uri), state


def finish_sign_on(
    database: AppDatabase,
    vault: Vault,
    provider: Provider,
    *,
    state: str,
    code: str,
    redirect_uri: str,
    visitor: Visitor,
) -> tuple[NewSession, str]:
    """The session of who came back from the provider, and the page they wanted.

    Raises:
        NotSignedIn: nobody was sent there with this state, or the provider's answer does not hold.
        NotAllowed: nobody we know, or not somebody this provider may speak for.
        SourceFailed: the provider does not answer.
    """
    nonce, verifier, next_path = in_turn(database, lambda c: _take_request(c, vault, provider.name, state))
    metadata = _discovered(provider)
    tokens = _exchange(provider, metadata, code=code, redirect_uri=redirect_uri, verifier=verifier)
    claims = _claims(provider, metadata, tokens, nonce)
    identity = _identity(provider, _completed(claims, metadata, tokens))

    def enter(connection: sa.Connection) -> NewSession:
        user = _account(connection, provider, identity, visitor)
        return arrive(connection, user, visitor, f"single sign-on by {provider.name}")

    return in_turn(database, enter), next_path


def safe_path(path: str) -> str:
    r"""A path of this installation, or the first page.

    >>> [safe_path(path) for path in ("/customers?q=a", "//evil.example", "https://evil.example", "/\\evil")]
    ['/customers?q=a', '/', '/', '/']
    """
    is_ours = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path[:2000] if is_ours else "/"


def _take_request(connection: sa.Connection, vault: Vault, provider: str, state: str) -> tuple[str, str, str]:
    hashed = token_hash(state[:200])
    mine = sign_on_request.c.state_hash == hashed
    row = connection.execute(sa.select(sign_on_request).where(mine)).first()
    connection.execute(sa.delete(sign_on_request).where(mine))
    if row is None or row.provider != provider or aware(row.expires_at) <= utc_now():
        raise NotSignedIn("this sign-on was not begun here, or too long ago", hint="Begin again at the sign-in page.")
    nonce, verifier = json.loads(vault.unseal(row.sealed, purpose=f"sign-on:{hashed}"))
    return nonce, verifier, row.next_path


def _discovered(provider: Provider) -> dict[str, Any]:
    issuer = provider.settings.issuer.rstrip("/")
    document = _json("get", f"{issuer}/.well-known/openid-configuration")
    needed = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    if str(document.get("issuer", "")).rstrip("/") != issuer or not all(document.get(name) for name in needed):
        raise SourceFailed(f"{provider.name}: this is not the OpenID configuration of {issuer}")
    return document


def _exchange(
    provider: Provider, metadata: dict[str, Any], *, code: str, redirect_uri: str, verifier: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
        "client_id": provider.settings.client_id,
    }
    methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    auth = None
    if provider.client_secret is not None:
        if "client_secret_basic" in methods:
            auth = (provider.settings.client_id, provider.client_secret)
        else:
            form["client_secret"] = provider.client_secret
    return _json("post", metadata["token_endpoint"], data=form, auth=auth)


def _claims(provider: Provider, metadata: dict[str, Any], tokens: dict[str, Any], nonce: str) -> dict[str, Any]:
    """The claims of the ID token, after everything about it was checked."""
    from authlib.oidc.core import CodeIDToken
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    client_id = provider.settings.client_id
    try:
        # what is no key set is refused there
        keys = KeySet.import_key_set(_json("get", metadata["jwks_uri"]))  # type: ignore[arg-type]
        token = jwt.decode(str(tokens.get("id_token", "")), keys, algorithms=ALGORITHMS)
        options = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "sub": {"essential": True},
            "aud": {"essential": True, "value": client_id},
            "exp": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        }
        claims = CodeIDToken(token.claims, token.header, options, {"nonce": nonce, "client_id": client_id})
        claims.validate(leeway=_LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise NotSignedIn(f"the answer of {provider.name} does not hold", hint="Begin again.") from error
    return dict(token.claims)


def _completed(claims: dict[str, Any], metadata: dict[str, Any], tokens: dict[str, Any]) -> dict[str, Any]:
    """The claims, with those that the provider says at its userinfo endpoint only (Core, section 5.3)."""
    endpoint, token = metadata.get("userinfo_endpoint"), tokens.get("access_token")
    if "email" in claims or not endpoint or not token:
        return claims
    more = _json("get", endpoint, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"})
    if more.get("sub") != claims["sub"]:
        raise NotSignedIn("the provider speaks of two people at once", hint="Begin again.")
    return {**more, **claims}


def _identity(provider: Provider, claims: dict[str, Any]) -> Identity:
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise NotAllowed(
            f"{provider.name} does not say a verified e-mail address", hint="Verify it there, then sign on again."
        )
    try:
        folded = fold_email(email)
    except InvalidInput:
        raise NotAllowed(f"{provider.name} says no usable e-mail address") from None
    if folded.rpartition("@")[2] not in {domain.lower() for domain in provider.settings.domains}:
        raise NotAllowed(f"{provider.name} may not speak for this e-mail domain", hint="Ask an administrator.")
    return Identity(f"{provider.name} {claims['sub']}", folded, str(claims.get("name") or folded.partition("@")[0]))


def _account(connection: sa.Connection, provider: Provider, identity: Identity, visitor: Visitor) -> User:
    """The account of an identity: linked before, or of this e-mail address and linked now, or new where that is set.

    Raises:
        NotAllowed: none of these; or it is disabled or linked to somebody else.
    """
    refused = NotAllowed("there is no account here for you", hint="Ask an administrator for an invitation.")
    row = connection.execute(sa.select(user_account).where(user_account.c.sign_on_subject == identity.subject)).first()
    if row is None:
        row = connection.execute(sa.select(user_account).where(user_account.c.email == identity.email)).first()
        if row is not None and row.sign_on_subject is not None:
            raise refused  # this address signs on as somebody else: addresses are reused, subjects are not
    if row is None:
        return _new_account(connection, provider, identity, visitor, refused)
    if row.state == "disabled":
        raise refused
    if row.sign_on_subject is None or row.state == "invited":
        values = {"sign_on_subject": identity.subject, "state": "active", "version": row.version + 1}
        connection.execute(sa.update(user_account).where(user_account.c.user_id == row.user_id).values(**values))
        revoke_link_tokens(connection, row.user_id, "invitation")
        user = get_user(connection, row.user_id)
        record_audit(
            connection, acting_as(user, visitor), "user.sign_on_link", "user", user.user_id, {"by": provider.name}
        )
    return get_user(connection, row.user_id)


def _new_account(
    connection: sa.Connection, provider: Provider, identity: Identity, visitor: Visitor, refused: NotAllowed
) -> User:
    roles = provider.settings.roles_of_new_people
    if not roles:
        raise refused
    user = add_user(connection, email=identity.email, display_name=identity.name, state="active", roles=roles)
    connection.execute(
        sa.update(user_account).where(user_account.c.user_id == user.user_id).values(sign_on_subject=identity.subject)
    )
    facts = {"by": provider.name, "roles": sorted(roles)}
    record_audit(connection, nobody(visitor), "user.sign_on_new", "user", user.user_id, facts)
    return get_user(connection, user.user_id)


def _json(method: str, url: str, **options: Any) -> dict[str, Any]:
    """The JSON object at an address of the provider; redirects are not followed."""
    import httpx

    host = httpx.URL(url).host
    try:
        options.setdefault("headers", {"Accept": "application/json"})
        answer = httpx.request(method, url, timeout=_TIMEOUT_SECONDS, **options)
        document = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise SourceFailed(f"the sign-on provider {host} did not answer as it should") from error
    if answer.status_code != 200 or not isinstance(document, dict):
        said = str(document.get("error", ""))[:100] if isinstance(document, dict) else ""
        raise SourceFailed(f"the sign-on provider {host} refused: {answer.status_code} {said}".rstrip())
    return document
