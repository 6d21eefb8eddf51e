"""Administers a server by boto3, which differs from its use against AWS in
nothing but endpoint_url. Ends with a traceback at the first surprise.

    administer.py DEV_JSON
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError

dev = json.load(open(sys.argv[1]))
session = boto3.session.Session(
    aws_access_key_id=dev["operator"]["access_key_id"],
    aws_secret_access_key=dev["operator"]["secret_access_key"],
    region_name="us-east-1",
)
idp = session.client("cognito-idp", endpoint_url=dev["base_url"])
identity = session.client("cognito-identity", endpoint_url=dev["base_url"])


def refused(code, call, **arguments):
    try:
        answer = call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e
        assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 400, e
        return
    raise AssertionError(f"expected {code}, got {answer}")


def everything(call, key, **arguments):
    """All pages of a list, one item a page where the operation allows it."""
    found, token = [], None
    while True:
        answer = call(**arguments, **({"NextToken": token} if token else {}))
        found += answer[key]
        token = answer.get("NextToken")
        if not token:
            return found


# User pools.
pool = idp.create_user_pool(
    PoolName="boto",
    Schema=[{"Name": "tier", "AttributeDataType": "String", "Mutable": True}],
    Policies={"PasswordPolicy": {"MinimumLength": 10}},
)["UserPool"]
pool_id = pool["Id"]
assert pool_id.startswith("us-east-1_"), pool_id
described = idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]
assert described["Name"] == "boto" and described["Policies"]["PasswordPolicy"]["MinimumLength"] == 10, described
assert any(a["Name"] == "custom:tier" for a in described["SchemaAttributes"]), described
assert abs(described["CreationDate"].timestamp() - pool["CreationDate"].timestamp()) < 1
idp.update_user_pool(UserPoolId=pool_id, Policies={"PasswordPolicy": {"MinimumLength": 12}})
assert idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]["Policies"]["PasswordPolicy"]["MinimumLength"] == 12

# What SDKs know of a pool's settings comes back as it was given.
given = {
    "Policies": {
        "PasswordPolicy": {"MinimumLength": 12, "PasswordHistorySize": 3},
        "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]},
    },
    "AutoVerifiedAttributes": ["email"],
    "MfaConfiguration": "OPTIONAL",
    "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": True},
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}, {"Priority": 2, "Name": "verified_phone_number"}]},
    "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
    "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_LINK"},
}
idp.update_user_pool(UserPoolId=pool_id, **given)
settings = idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]
for name in ("AutoVerifiedAttributes", "MfaConfiguration", "DeviceConfiguration", "AccountRecoverySetting", "UserAttributeUpdateSettings"):
    assert settings[name] == given[name], (name, settings[name])
assert settings["Policies"]["SignInPolicy"] == given["Policies"]["SignInPolicy"], settings["Policies"]
assert settings["Policies"]["PasswordPolicy"]["PasswordHistorySize"] == 3, settings["Policies"]
assert settings["VerificationMessageTemplate"]["DefaultEmailOption"] == "CONFIRM_WITH_LINK", settings["VerificationMessageTemplate"]
refused(
    "InvalidParameterException", idp.update_user_pool, UserPoolId=pool_id,
    AccountRecoverySetting={"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_phone_number"}]},
)
assert pool_id in [p["Id"] for p in everything(idp.list_user_pools, "UserPools", MaxResults=1)]
refused("ResourceNotFoundException", idp.describe_user_pool, UserPoolId="us-east-1_nosuchone")

# App clients.
app = idp.create_user_pool_client(
    UserPoolId=pool_id, ClientName="web", GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True,
    AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid", "email"], CallbackURLs=["https://app.example/callback"],
)["UserPoolClient"]
assert app["ClientSecret"] and app["ClientId"], app
assert idp.describe_user_pool_client(UserPoolId=pool_id, ClientId=app["ClientId"])["UserPoolClient"]["ClientName"] == "web"
updated = idp.update_user_pool_client(
    UserPoolId=pool_id, ClientId=app["ClientId"], ClientName="web2", AllowedOAuthFlowsUserPoolClient=True,
    AllowedOAuthFlows=["code"], AllowedOAuthScopes=["openid"], CallbackURLs=["https://app.example/other"],
)["UserPoolClient"]
assert updated["ClientName"] == "web2" and updated["CallbackURLs"] == ["https://app.example/other"], updated
assert [c["ClientId"] for c in everything(idp.list_user_pool_clients, "UserPoolClients", UserPoolId=pool_id, MaxResults=1)] == [app["ClientId"]]

# Resource servers.
idp.create_resource_server(
    UserPoolId=pool_id, Identifier="https://api.example", Name="API",
    Scopes=[{"ScopeName": "read", "ScopeDescription": "Read it"}],
)
rs = idp.update_resource_server(
    UserPoolId=pool_id, Identifier="https://api.example", Name="API",
    Scopes=[{"ScopeName": "read", "ScopeDescription": "Read it"}, {"ScopeName": "write", "ScopeDescription": "Change it"}],
)["ResourceServer"]
assert [s["ScopeName"] for s in rs["Scopes"]] == ["read", "write"], rs
assert idp.describe_resource_server(UserPoolId=pool_id, Identifier="https://api.example")["ResourceServer"]["Name"] == "API"
assert len(idp.list_resource_servers(UserPoolId=pool_id, MaxResults=10)["ResourceServers"]) == 1

# Groups.
idp.create_group(UserPoolId=pool_id, GroupName="editors", Precedence=2, Description="They write")
idp.update_group(UserPoolId=pool_id, GroupName="editors", Precedence=1)
group = idp.get_group(UserPoolId=pool_id, GroupName="editors")["Group"]
assert group["Precedence"] == 1, group
assert [g["GroupName"] for g in idp.list_groups(UserPoolId=pool_id)["Groups"]] == ["editors"]
refused("GroupExistsException", idp.create_group, UserPoolId=pool_id, GroupName="editors")

# Users.
user = idp.admin_create_user(
    UserPoolId=pool_id, Username="bob", MessageAction="SUPPRESS", TemporaryPassword="Temporary-pass-1",
    UserAttributes=[{"Name": "email", "Value": "bob@example.com"}, {"Name": "custom:tier", "Value": "gold"}],
)["User"]
assert user["UserStatus"] == "FORCE_CHANGE_PASSWORD" and user["Enabled"], user
refused("UsernameExistsException", idp.admin_create_user, UserPoolId=pool_id, Username="bob", MessageAction="SUPPRESS")
refused("InvalidPasswordException", idp.admin_set_user_password, UserPoolId=pool_id, Username="bob", Password="short", Permanent=True)
idp.admin_set_user_password(UserPoolId=pool_id, Username="bob", Password="A-much-longer-pass-2", Permanent=True)
bob = idp.admin_get_user(UserPoolId=pool_id, Username="bob")
attributes = {a["Name"]: a["Value"] for a in bob["UserAttributes"]}
assert bob["UserStatus"] == "CONFIRMED", bob
assert attributes["email"] == "bob@example.com" and attributes["custom:tier"] == "gold" and len(attributes["sub"]) == 36, attributes
idp.admin_create_user(UserPoolId=pool_id, Username="carol", MessageAction="SUPPRESS")
names = [u["Username"] for page in idp.get_paginator("list_users").paginate(UserPoolId=pool_id, PaginationConfig={"PageSize": 1}) for u in page["Users"]]
assert sorted(names) == ["bob", "carol"], names
assert [u["Username"] for u in idp.list_users(UserPoolId=pool_id, Filter='email = "bob@example.com"')["Users"]] == ["bob"]
idp.admin_disable_user(UserPoolId=pool_id, Username="bob")
assert idp.admin_get_user(UserPoolId=pool_id, Username="bob")["Enabled"] is False
idp.admin_enable_user(UserPoolId=pool_id, Username="bob")
assert idp.admin_get_user(UserPoolId=pool_id, Username="bob")["Enabled"] is True
idp.admin_add_user_to_group(UserPoolId=pool_id, Username="bob", GroupName="editors")
idp.admin_remove_user_from_group(UserPoolId=pool_id, Username="bob", GroupName="editors")
assert idp.admin_list_user_auth_events(UserPoolId=pool_id, Username="bob")["AuthEvents"] == []
assert idp.admin_list_devices(UserPoolId=pool_id, Username="bob")["Devices"] == []
assert idp.admin_get_user_auth_factors(UserPoolId=pool_id, Username="bob")["ConfiguredUserAuthFactors"][0] == "PASSWORD"
idp.admin_delete_user(UserPoolId=pool_id, Username="carol")
refused("UserNotFoundException", idp.admin_get_user, UserPoolId=pool_id, Username="carol")

# Identity providers.
details = {
    "client_id": "c", "client_secret": "s", "authorize_scopes": "openid email", "attributes_request_method": "GET",
    "oidc_issuer": "https://accounts.example.com", "authorize_url": "https://accounts.example.com/authorize",
    "token_url": "https://accounts.example.com/token", "attributes_url": "https://accounts.example.com/userinfo",
    "jwks_uri": "https://accounts.example.com/jwks",
}
idp.create_identity_provider(
    UserPoolId=pool_id, ProviderName="Acme", ProviderType="OIDC", ProviderDetails=details, AttributeMapping={"email": "email"},
)
idp.update_identity_provider(UserPoolId=pool_id, ProviderName="Acme", AttributeMapping={"email": "email", "name": "name"})
provider = idp.describe_identity_provider(UserPoolId=pool_id, ProviderName="Acme")["IdentityProvider"]
assert provider["ProviderType"] == "OIDC" and provider["AttributeMapping"]["name"] == "name", provider
assert [p["ProviderName"] for p in idp.list_identity_providers(UserPoolId=pool_id)["Providers"]] == ["Acme"]
idp.delete_identity_provider(UserPoolId=pool_id, ProviderName="Acme")

# Identity pools and their roles.
made = identity.create_identity_pool(IdentityPoolName="boto", AllowUnauthenticatedIdentities=True)
identity_pool = made["IdentityPoolId"]
assert identity_pool.startswith("us-east-1:"), made
changed = identity.update_identity_pool(
    IdentityPoolId=identity_pool, IdentityPoolName="boto2", AllowUnauthenticatedIdentities=False,
    CognitoIdentityProviders=[{"ProviderName": f"cognito-idp.us-east-1.amazonaws.com/{pool_id}", "ClientId": app["ClientId"]}],
)
assert changed["IdentityPoolName"] == "boto2" and changed["AllowUnauthenticatedIdentities"] is False, changed
assert identity.describe_identity_pool(IdentityPoolId=identity_pool)["IdentityPoolName"] == "boto2"
assert identity_pool in [p["IdentityPoolId"] for p in everything(identity.list_identity_pools, "IdentityPools", MaxResults=1)]
roles = identity.get_identity_pool_roles(IdentityPoolId=identity_pool)
assert roles["IdentityPoolId"] == identity_pool, roles
shown = identity.get_identity_pool_roles(IdentityPoolId=dev["identity_pool_id"])["Roles"]
assert "authenticated" in shown, shown
identity.set_identity_pool_roles(IdentityPoolId=dev["identity_pool_id"], Roles=shown)
assert identity.get_identity_pool_roles(IdentityPoolId=dev["identity_pool_id"])["Roles"] == shown

# What is not allowed.
stranger = boto3.session.Session(aws_access_key_id="AKIDNOBODY", aws_secret_access_key="x" * 40, region_name="us-east-1")
refused("UnrecognizedClientException", stranger.client("cognito-idp", endpoint_url=dev["base_url"]).list_user_pools, MaxResults=1)
forger = boto3.session.Session(aws_access_key_id=dev["operator"]["access_key_id"], aws_secret_access_key="x" * 40, region_name="us-east-1")
refused("InvalidSignatureException", forger.client("cognito-idp", endpoint_url=dev["base_url"]).list_user_pools, MaxResults=1)

# What users do for themselves needs their own token, whoever signs.
refused("NotAuthorizedException", idp.get_user, AccessToken="not.a.token")
refused("NotAuthorizedException", idp.update_user_attributes, AccessToken="not.a.token", UserAttributes=[{"Name": "name", "Value": "x"}])
refused("NotAuthorizedException", idp.list_devices, AccessToken="not.a.token")
refused("NotAuthorizedException", idp.start_web_authn_registration, AccessToken="not.a.token")

# And away with it.
identity.delete_identity_pool(IdentityPoolId=identity_pool)
refused("ResourceNotFoundException", identity.describe_identity_pool, IdentityPoolId=identity_pool)
idp.delete_group(UserPoolId=pool_id, GroupName="editors")
idp.delete_resource_server(UserPoolId=pool_id, Identifier="https://api.example")
idp.delete_user_pool_client(UserPoolId=pool_id, ClientId=app["ClientId"])
refused("ResourceNotFoundException", idp.describe_user_pool_client, UserPoolId=pool_id, ClientId=app["ClientId"])
idp.delete_user_pool(UserPoolId=pool_id)
refused("ResourceNotFoundException", idp.describe_user_pool, UserPoolId=pool_id)
print("administered", pool_id)
