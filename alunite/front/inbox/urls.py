from __future__ import annotations

from django.urls import path

from alunite.front.inbox import views

urlpatterns = [
    path("work/", views.work, name="work"),
    path("work/remind/", views.remind_of_task, name="work_remind"),
    path("work/tasks.csv", views.tasks_csv, name="work_tasks_csv"),
    path("work/calendar/", views.calendar, name="work_calendar"),
    path("work/calendar/address/", views.calendar_address, name="work_calendar_address"),
    path("work/calendar/mail/", views.task_mail, name="work_task_mail"),
]
# Calendar programs keep it for years, whatever language is read on pages.
calendars = [path("calendar/<str:secret>.ics", views.own_calendar, name="own_calendar")]
