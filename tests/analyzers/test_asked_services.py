"""Services and databases by what is asked of them: tables of clients, methods that nothing else has, modules, backends, bases."""

from __future__ import annotations

import pytest

from analyzers import languages
from analyzers.check import Options, check
from analyzers.extract import facts_of
from analyzers.findings import Finding
from analyzers.project.index import Project
from analyzers.text import Text

ASKED = {
    "a row of Frappe": """
import frappe
def titles():
    for row in frappe.get_all("Ticket", fields=["owner"]):
        print(frappe.db.get_value("User", row.owner, "full_name"))
""",
    "a document of Frappe that is only read": """
import frappe
def titles(names):
    return [frappe.get_doc("Ticket", name).subject for name in names]
""",
    "an entity of Datastore": """
from google.cloud import datastore
def remove(keys):
    client = datastore.Client()
    for key in keys:
        client.delete(key)
""",
    "a document of Firestore": """
from google.cloud import firestore
db = firestore.Client()
def load(keys):
    return [db.collection("users").document(key).get() for key in keys]
""",
    "an object of S3": """
import boto3
s3 = boto3.resource("s3")
def remove(keys):
    for key in keys:
        s3.Object("bucket", key).delete()
""",
    "each object that a bucket of S3 lists": """
import boto3
bucket = boto3.resource("s3").Bucket("b")
def remove(prefix):
    for item in bucket.objects.filter(Prefix=prefix):
        item.delete()
""",
    "each blob that Cloud Storage lists": """
from google.cloud import storage
client = storage.Client()
def remove(name):
    blobs = list(client.list_blobs(name))
    for blob in blobs:
        blob.delete()
""",
    "a document of Elasticsearch's that its own method saves": """
from elasticsearch_dsl import Document, Text
class Article(Document):
    title = Text()
    def save(self, **options):
        self.title = self.title.strip()
        return super().save(**options)
def publish(titles):
    for title in titles:
        article = Article(title=title)
        article.save()
""",
    "a search of Elasticsearch's documents": """
from elasticsearch_dsl import Document, Text
class Article(Document):
    title = Text()
def found(words):
    return {word: Article.search().query("match", title=word).execute() for word in words}
""",
    "a request of GraphQL": """
from gql import Client, gql
client = Client()
QUERY = gql("query($id: ID!) { user(id: $id) { name } }")
def names(keys):
    return [client.execute(QUERY, variable_values={"id": key}) for key in keys]
""",
    "a statement of Cassandra's": """
from cassandra.cluster import Cluster
def write(rows):
    session = Cluster().connect()
    statement = session.prepare("INSERT INTO t (a) VALUES (?)")
    for row in rows:
        session.execute(statement, (row,))
""",
    "a document of Ming": """
from ming.odm import MappedClass
class Role(MappedClass):
    pass
def load(keys):
    return [Role.query.get(_id=key) for key in keys]
""",
    "an item of PynamoDB": """
from pynamodb.models import Model
class User(Model):
    pass
def load(keys):
    return [User.get(key) for key in keys]
""",
    "a collection that somebody hands over": """
class Users:
    def __init__(self, collection):
        self.collection = collection
    async def load(self, keys):
        return [await self.collection.find_one({"_id": key}) for key in keys]
""",
    "a bucket of a client that somebody hands over": """
class Files:
    def __init__(self, client):
        self.client = client
    def remove(self, keys):
        for key in keys:
            self.client.delete_object(Bucket="files", Key=key)
""",
    "a session that another package's object keeps": """
from flask import g
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
def load(keys):
    return [g.db.query(User).get(key) for key in keys]
""",
    "a method that the base of what is kept leaves to another class": """
import sqlite3
class Store:
    def close(self):
        pass
class SqliteStore(Store):
    def __init__(self, path):
        self.connection = sqlite3.connect(path)
    def put(self, row):
        self.connection.execute("INSERT INTO rows VALUES (?)", (row,))
class Log:
    def __init__(self, store: Store):
        self.store = store
    def keep(self, rows):
        for row in rows:
            self.store.put(row)
""",
}

QUIET = {
    "all objects of a bucket of S3 at once": """
import boto3
bucket = boto3.resource("s3").Bucket("b")
def remove(prefix):
    print([item.key for item in bucket.objects.filter(Prefix=prefix).limit(10)])
    bucket.objects.filter(Prefix=prefix).delete()
""",
    "names of what Cloud Storage lists": """
from google.cloud import storage
def names(bucket):
    return sorted(blob.name for blob in storage.Client().list_blobs(bucket))
""",
    "a search of Elasticsearch's documents that is put together": """
from elasticsearch_dsl import Document, Text
class Article(Document):
    title = Text()
    def clean(self):
        return super().clean()
def found(words):
    search = Article.search()
    for word in words:
        search = search.filter("term", title=word)
    for hit in search:
        print(hit.title)
    return Article.mget([word for word in words])
""",
    "documents of Frappe that do something": """
import frappe
def close(names):
    for name in names:
        document = frappe.get_doc("Ticket", name)
        document.status = "Closed"
        document.notify()
""",
    "what Frappe has in its cache": """
import frappe
def titles(names):
    return [frappe.db.get_value("User", name, "full_name", cache=True) for name in names]
""",
    "many keys at once": """
import frappe
def titles(pages):
    for names in pages:
        print(frappe.get_all("User", filters={"name": ["in", names]}))
""",
    "a batch writer of a table that somebody hands over": """
class Rows:
    def __init__(self, table):
        self.table = table
    def keep(self, rows):
        with self.table.batch_writer() as batch:
            for row in rows:
                batch.put_item(Item=row)
""",
    "a parameter that may be anything": """
def load(registry, keys):
    return [registry.find_one(key) for key in keys]
""",
    "an index of something": """
def places(rows, names):
    return [rows.index(name) for name in names]
""",
    "a mapping that is called an item": """
def load(table, keys):
    return [table.get_item(key) for key in keys]
""",
    "many entities at once": """
from google.cloud import datastore
def remove(pages):
    client = datastore.Client()
    for keys in pages:
        client.delete_multi(keys)
""",
}


def asked(files: dict[str, str]) -> list[Finding]:
    """What is said of queries and requests in some files."""
    project = Project()
    project.set_roots(["/p/"])
    language = languages.for_path("/p/a.py")
    assert language is not None
    for path, code in files.items():
        project.update(path, facts_of(code.encode(), language))
    found = [one for path, code in files.items() for one in check(project, path, Text.of(code), Options())]
    return [one for one in found if one.rule == "query-in-loop"]


@pytest.mark.parametrize("name", ASKED)
def test_what_is_asked_for_each_is_told(name: str) -> None:
    assert asked({"/p/a.py": ASKED[name]})


@pytest.mark.parametrize("name", QUIET)
def test_what_asks_nobody_is_not_told(name: str) -> None:
    told = [one for one in asked({"/p/a.py": QUIET[name]}) if "save" not in one.message]
    assert not told


BACKEND = """
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Thing(Base):
    __tablename__ = "things"
    id = Column(Integer, primary_key=True)
def thing_get(context, key):
    return context.session.query(Thing).get(key)
"""


def facade(mapping: str) -> dict[str, str]:
    return {
        "/p/app/__init__.py": "",
        "/p/app/sql.py": BACKEND,
        "/p/app/memory.py": "def thing_get(context, key):\n    return {}\n",
        "/p/app/db.py": f"""
from oslo_db import api
BACKENDS = {mapping}
IMPL = api.DBAPI("sqlalchemy", backend_mapping=BACKENDS)
def thing_get(context, key):
    return IMPL.thing_get(context, key)
""",
        "/p/app/views.py": """
from app import db
def show(context, keys):
    return [db.thing_get(context, key) for key in keys]
""",
    }


def test_the_module_that_a_mapping_of_backends_names_is_what_is_asked() -> None:
    assert asked(facade('{"sqlalchemy": "app.sql"}'))


def test_of_several_backends_nobody_knows_which_is_asked() -> None:
    assert not asked(facade('{"sqlalchemy": "app.sql", "memory": "app.memory"}'))


HOLDER = """
from typing import TYPE_CHECKING
import sqlite3
class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)
    def get(self, key):
        return self.connection.execute("SELECT * FROM t WHERE id = ?", (key,)).fetchone()
class App:
    store: Store
class Holder:
    def __getattr__(self, name):
        return getattr(App, name)
if TYPE_CHECKING:
    app: App
else:
    app = Holder()
"""


def test_a_name_is_what_it_is_declared_to_be_whatever_is_put_there() -> None:
    views = "from holder import app\ndef show(keys):\n    return [app.store.get(key) for key in keys]\n"
    assert asked({"/p/holder.py": HOLDER, "/p/views.py": views})
