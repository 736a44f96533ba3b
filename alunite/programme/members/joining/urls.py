from __future__ import annotations

from django.urls import path

from alunite.programme.members.joining import views

ONE = "work/membership/<uuid:membership_id>/"

urlpatterns = [
    path("join/", views.join, name="join"),
    path("work/membership/", views.memberships, name="memberships"),
    path(ONE, views.membership, name="membership"),
    path(f"{ONE}application/", views.membership_application, name="membership_application"),
    path(f"{ONE}documents/", views.membership_documents, name="membership_documents"),
    path(f"{ONE}documents/<uuid:document_id>/", views.membership_document, name="membership_document"),
    path(f"{ONE}do/", views.membership_do, name="membership_do"),
    path("work/invoices/<slug:number>.pdf", views.invoice, name="invoice"),
]
