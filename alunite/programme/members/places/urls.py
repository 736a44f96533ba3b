from __future__ import annotations

from django.urls import path

from alunite.programme.members.places import views

LIST = "work/organisations/<uuid:organisation_id>"
FACILITY, ENTITY = {"what": "facility"}, {"what": "entity"}

urlpatterns = [
    path("work/facilities/", views.facilities_of_members, name="facilities_of_members"),
    path(f"{LIST}/facilities/", views.own_facilities, name="own_facilities"),
    path(f"{LIST}/facilities/add/", views.add_place, FACILITY, name="add_own_facility"),
    path(f"{LIST}/facilities/<uuid:place_id>/", views.place, FACILITY, name="own_facility"),
    path(f"{LIST}/facilities/<uuid:place_id>/last-day/", views.place_last_day, FACILITY, name="own_facility_last_day"),
    path(f"{LIST}/entities/add/", views.add_place, ENTITY, name="add_own_entity"),
    path(f"{LIST}/entities/<uuid:place_id>/", views.place, ENTITY, name="own_entity"),
    path(f"{LIST}/entities/<uuid:place_id>/offer/", views.offer_entity, name="offer_entity"),
    path("work/transfers/<uuid:transfer_id>/", views.transfer, name="transfer"),
    path(f"{LIST}/entities/<uuid:place_id>/last-day/", views.place_last_day, ENTITY, name="own_entity_last_day"),
]
