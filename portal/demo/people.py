"""People of the demo (デモの登場人物): what each sign-in is for, in words."""

from portal.demo.plans import demo_files


def labels() -> dict[str, str]:
    """A word for each login name of the demo: 市の契約担当者, 事業者 ..."""
    return {
        entry["login_name"]: entry["label"]
        for file in demo_files()
        for kind in ("accounts", "officers", "customers", "registry_people")
        for entry in file.get(kind, ())
    }
