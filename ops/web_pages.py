"""Uploads the customers' pages: `python -m ops.web_pages --stage production` (`make deploy-web`).

Hashed files go first, because the shell names them; files of earlier builds stay for browsers that
have an earlier shell open. Then the shell and the run-time configuration are replaced, and what
CloudFront may have kept of them is invalidated.
"""

from __future__ import annotations

import json
import mimetypes
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from portal.domain.signup_proof import fact_in

from infra.config import Config, ConfigurationError, load_config
from infra.paths import REPOSITORY

DIST = REPOSITORY / "web" / "dist"
SHELL = "index.html"
CONFIGURATION = "config.json"
HASHED = "assets/"
LONG = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"
UTF8 = frozenset({"text/html", "text/css", "text/javascript", "application/json"})

app = typer.Typer(add_completion=False)


class PagesError(Exception):
    """The pages cannot be uploaded; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """One object: what is uploaded under which name, and how long it may be kept."""

    key: str
    body: bytes
    content_type: str
    cache_control: str


def site_configuration(config: Config) -> dict[str, Any]:
    """The pages' `config.json` (web/src/config.ts) for a stage."""
    brand = {
        "name": config.brand_name or config.email_from_name,
        "logoUrl": config.brand_logo_url,
        "color": config.brand_color,
    }
    return {
        "apiBase": "/api",
        "brand": {name: value for name, value in brand.items() if value},
        "currency": config.portal_currency,
        "timeZone": config.portal_time_zone,
        "languages": ["en", "ja"],
        "support": {"email": config.email_reply_to} if config.email_reply_to else {},
        "signUp": {
            "proof": config.signup_proof.value,
            "fact": fact_in(config.signup_proof_field),
        },
    }


def pages(dist: Path, configuration: dict[str, Any]) -> Iterator[Page]:
    """Everything to upload, the shell last. Raises PagesError when nothing was built."""
    if not (dist / SHELL).is_file():
        raise PagesError(f"{dist} has no {SHELL}: run `make web-build`")
    files = sorted(path for path in dist.rglob("*") if path.is_file())
    names = [path.relative_to(dist).as_posix() for path in files]
    for name in sorted(names, key=lambda name: (not name.startswith(HASHED), name == SHELL)):
        if name != CONFIGURATION:
            yield _page(name, (dist / name).read_bytes())
    yield _page(CONFIGURATION, json.dumps(configuration).encode())


def upload(config: Config, *, dist: Path, s3: Any, cloudfront: Any, outputs: dict[str, str]) -> int:
    """Upload and invalidate; returns the number of files.

    `outputs` are those of the stage's web stack. Raises PagesError and botocore's errors.
    """
    found = list(pages(dist, site_configuration(config)))
    for page in found:
        s3.put_object(
            Bucket=outputs["WebBucketName"],
            Key=page.key,
            Body=page.body,
            ContentType=page.content_type,
            CacheControl=page.cache_control,
        )
    kept = [f"/{page.key}" for page in found if page.cache_control == REVALIDATE]
    cloudfront.create_invalidation(
        DistributionId=outputs["WebDistributionId"],
        InvalidationBatch={
            "Paths": {"Quantity": len(kept), "Items": kept},
            "CallerReference": str(time.time_ns()),
        },
    )
    return len(found)


@app.command()
def main(stage: Annotated[str, typer.Option(help="dev, production, …")]) -> None:
    """Upload the built pages of a stage."""
    import boto3  # noqa: PLC0415  # only once the command line is understood

    try:
        config = _configured(stage)
        stacks = boto3.client("cloudformation").describe_stacks(StackName=config.web_stack_name)
        outputs = {o["OutputKey"]: o["OutputValue"] for o in stacks["Stacks"][0]["Outputs"]}
        count = upload(
            config,
            dist=DIST,
            s3=boto3.client("s3"),
            cloudfront=boto3.client("cloudfront"),
            outputs=outputs,
        )
    except (ConfigurationError, PagesError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"{count} files uploaded; {outputs['WebUrl']} shows them.")


def _configured(stage: str) -> Config:
    config = load_config(os.environ, stage=stage)
    if not config.web_hosting:
        raise PagesError(f"stage {stage} has no pages: set WEB_HOSTING=true and deploy it")
    return config


def _page(name: str, body: bytes) -> Page:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Page(
        key=name,
        body=body,
        content_type=f"{kind}; charset=utf-8" if kind in UTF8 else kind,
        cache_control=LONG if name.startswith(HASHED) else REVALIDATE,
    )


if __name__ == "__main__":
    sys.exit(app())
