"""The OpenAPI document of the registry's API (接続仕様), made from the table of operations."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from guarantees.certificates import Target, VersionKind
from guarantees.registry.orm import LookOutcome, OrdererKind
from portal.registry.fields import (
    CONTENTS,
    DAY,
    KEY,
    NUMBER,
    PUBLISHED_BY,
    REASON,
    REFERENCE,
    Field,
    object_schema,
)

Schema = dict[str, Any]
ASKED_BY = Field("asked_by", "照会した職員（記録に残る）", longest=100)
LOOK_UP = (NUMBER, KEY, ASKED_BY)
NEW = (
    NUMBER,
    KEY,
    Field("orderer", "発注者のコード（対応している発注者の一覧による）", longest=40),
    CONTENTS,
    PUBLISHED_BY,
    REFERENCE,
)
WITH_CONTENTS = (CONTENTS, PUBLISHED_BY, REASON, REFERENCE)
WITHOUT_CONTENTS = (PUBLISHED_BY, REASON, REFERENCE)


@dataclass(frozen=True)
class Operation:
    """One operation of the API: where, what it takes, what it answers."""

    method: str
    path: str
    id: str
    text: str
    answer: str
    body: tuple[Field, ...] = ()
    success: int = 200
    refusals: tuple[int, ...] = ()
    is_list: bool = False


OPERATIONS = (
    Operation("get", "/orderers", "list_orderers", "対応している発注者と開始日", "Orderers"),
    Operation(
        "post",
        "/look-ups",
        "look_up",
        "保証契約番号と認証キーで電子証書を閲覧する（発注者）",
        "Certificate",
        LOOK_UP,
        refusals=(404, 429),
    ),
    Operation("get", "/certificates", "list_certificates", "自社の電子証書", "Certificates", is_list=True),
    Operation(
        "post", "/certificates", "publish_new", "新規の登録", "Arrival", NEW, success=201, refusals=(422,)
    ),
    Operation(
        "get", "/certificates/{number}", "show_certificate", "自社の電子証書と、すべての登録", "Published",
        refusals=(404,),
    ),
    *(
        Operation("post", f"/certificates/{{number}}/{path}", name, text, "Arrival", body, 201, (422,))
        for path, name, text, body in (
            ("changes", "publish_change", "変更の登録", WITH_CONTENTS),
            ("corrections", "publish_correction", "直前の登録の訂正", WITH_CONTENTS),
            ("change-withdrawals", "withdraw_change", "直前の変更の取消", WITHOUT_CONTENTS),
            ("cancellation", "cancel", "解約", WITHOUT_CONTENTS),
        )
    ),
    Operation(
        "get", "/certificates/{number}/tries", "list_tries", "自社の電子証書への照会", "Tries",
        refusals=(404,),
    ),
)  # fmt: skip
MEANINGS = {
    400: "項目の誤り（field にその名前）",
    401: "接続の登録がない、または取り消された",
    403: "この接続には許されていない",
    404: "ない（閲覧では、番号・キー・あて先のどれが違っても同じ応答）",
    413: "要求が大きすぎる",
    415: "JSONではない",
    422: "登録できない（理由は text）",
    429: "続けて失敗したため停止中（until まで）",
    503: "今は応答できない",
}
ALWAYS = (400, 401, 403, 503)


@cache
def document() -> dict[str, Any]:
    """The whole document. Its address is the base of the API."""
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "保証確認サービス API",
            "version": "1.0.0",
            "description": "電子証書を登録する保証会社と、閲覧する発注者のシステムのための接続です。",
        },
        "servers": [{"url": "/registry/api/v1"}],
        "security": [{"token": []}, {"certificate": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "certificate": {"type": "mutualTLS"},
            },
            "schemas": _schemas(),
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    codes = {*ALWAYS, *operation.refusals, *((413, 415) if operation.body else ())}
    answers: dict[str, Any] = {str(operation.success): _content("成功", operation.answer)}
    answers |= {str(code): _content(MEANINGS[code], "Error") for code in sorted(codes)}
    found: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.text,
        "responses": answers,
        "parameters": [*_path_parameters(operation), *(_LIST_PARAMETERS if operation.is_list else ())],
    }
    if operation.body:
        schema = object_schema(operation.body)
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return found


def _path_parameters(operation: Operation) -> list[Schema]:
    if "{number}" not in operation.path:
        return []
    return [{"name": "number", "in": "path", "required": True, "schema": NUMBER.schema()}]


_LIST_PARAMETERS: Sequence[Schema] = (
    {"name": "after", "in": "query", "schema": {"type": "string", "maxLength": 40}},
    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 500}},
)


def _content(text: str, schema: str) -> Schema:
    answer = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"description": text, "content": {"application/json": answer}}


def _object(properties: Schema, optional: Sequence[str] = ()) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _schemas() -> dict[str, Any]:
    text, whole = {"type": "string"}, {"type": "integer"}
    instant = {"type": "string", "format": "date-time"}
    day = {"type": "string", "format": "date", "pattern": DAY}
    contents = _contents()
    entry = _object({"number": whole, "arrived_at": instant, "target": _enum(Target), "contents": contents})
    version = _object(
        {
            "number": whole,
            "kind": _enum(VersionKind),
            "arrived_at": instant,
            "published_by": text,
            "reason": text,
            "reference": {"type": ["string", "null"]},
            "is_visible": {"type": "boolean"},
            "contents": contents,
        }
    )
    certificate = {"guarantee_contract_number": text, "issuer": text, "is_cancelled": {"type": "boolean"}}
    orderer = _object({"code": text, "name": text, "kind": _enum(OrdererKind), "starts_on": day})
    row = _object({**certificate, "orderer": text, "published_at": instant, "failed_tries": whole})
    attempt = _object({"at": instant, "orderer": text, "orderer_name": text, "outcome": _enum(LookOutcome)})
    optional = ("field", "remedy", "until", "reference", "source")
    return {
        "Certificate": _object({**certificate, "history": _array(entry)}),
        "Published": _object({**certificate, "orderer": text, "versions": _array(version)}),
        "Certificates": _object({"certificates": _array(row), "next": {"type": ["string", "null"]}}),
        "Arrival": _object({"arrived_at": instant}),
        "Tries": _object({"tries": _array(attempt)}),
        "Orderers": _object({"as_of": day, "orderers": _array(orderer)}),
        "Error": _object({"error": text, "text": text} | dict.fromkeys(optional, text), optional),
    }


def _contents() -> Schema:
    """Contents as they are answered: every field is there, days may be null, other words empty."""
    found = object_schema(CONTENTS.fields)
    return {**found, "required": list(found["properties"])}


def _enum(words: Any) -> Schema:
    return {"type": "string", "enum": [word.value for word in words]}
