"""Signals: what a row that is written sets off in the functions that listen to its model."""

from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from shop.models import Audit, Author, Book, Club, Membership, Note, Profile


@receiver(post_save, sender=Club, dispatch_uid="_count_clubs")
def _count_clubs(sender, instance, created, **kwargs):
    Audit.objects.create(text=f"{instance.name} of {Club.objects.count()}")


def saved_each():
    for club in Club.objects.all():
        club.save()  # grows


def saved_in_bulk():
    clubs = list(Club.objects.all())
    for club in clubs:
        club.name = club.name.upper()
    Club.objects.bulk_update(clubs, ["name"])


def created_each(names):
    for name in names:
        Club.objects.create(name=name)  # grows


def created_in_bulk(names):
    Club.objects.bulk_create(Club(name=name) for name in names)


def saved_once():
    club = Club.objects.first()
    club.save()


def updated_at_once():
    Club.objects.update(name="club")


def _rename(club):
    club.name = club.name.lower()
    club.save()


def saved_in_a_helper():
    for club in Club.objects.all():
        _rename(club)  # grows


@receiver(post_delete, sender=Note, dispatch_uid="_forget")
def _forget(sender, instance, **kwargs):
    Audit.objects.filter(text=instance.text).delete()


def deleted_together():
    Note.objects.filter(text="so").delete()  # grows


def deleted_each():
    for note in Note.objects.all():
        note.delete()  # grows


@receiver(post_delete, sender=Membership, dispatch_uid="_say_goodbye")
def _say_goodbye(sender, instance, **kwargs):
    print(instance.role)


def deleted_together_and_nothing_asked():
    Membership.objects.all().delete()


@receiver(pre_save, sender=Author, dispatch_uid="_tidy")
def _tidy(sender, instance, **kwargs):
    instance.name = instance.name.strip()


def saved_each_and_nothing_asked():
    for author in Author.objects.all():
        author.save()  # grows


def saved_in_bulk_and_nothing_asked():
    Author.objects.bulk_update(list(Author.objects.all()), ["name"])


@receiver([post_save, post_delete], sender=Profile, dispatch_uid="_mark_reviews")
def _mark_reviews(sender, instance, **kwargs):
    for review in instance.user.review_set.all():
        review.stars = 1
        review.save()  # grows


def profiles_saved_each():
    for profile in Profile.objects.select_related("user"):
        profile.save()  # grows


def listeners_of_a_base(names):
    for name in names:
        print(Book.objects.filter(title=name).count())  # grows
