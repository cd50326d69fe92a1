"""Bases that answer a request with what the views that are derived from them say."""

from rest_framework.response import Response


class FlatList:
    """A list without what the framework puts around its pages."""

    def list(self, request, *args, **kwargs):
        rows = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(rows)
        shown = self.get_serializer(rows if page is None else page, many=True)
        return Response(shown.data)


class AnswersAll:
    def get(self, request, *args, **kwargs):
        return Response(self.get_serializer(self.get_queryset(), many=True).data)
