package behalf;

import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What an index holds, in order: the values of its fields, with the position of the document. A walk yields at least the documents that
 * a query means. The collection compares each of them with the query, so a walk may yield more, and never fewer.
 */
final class OrderedEntries {

    /** Stands after every value. */
    private static final Object LAST = new Object();

    private final List<String> fields;
    private final ConcurrentNavigableMap<List<Object>, Integer> positions =
        new ConcurrentSkipListMap<>(OrderedEntries::compareAll);

    OrderedEntries(List<String> fields) {
        this.fields = List.copyOf(fields);
    }

    void put(List<Object> values, Integer position) {
        positions.put(values, position);
    }

    void remove(List<Object> values) {
        positions.remove(values);
    }

    /** `score`: how much of the index a query fixes. `isSorted`: the walk has the order that was asked for. */
    record Walk(int score, boolean isSorted, Iterable<Integer> positions) {}

    /** Null: this index does not help with this query. */
    Walk walk(Document query, Document orderBy) {
        Map<String, List<Document>> conditions = new LinkedHashMap<>();
        if (!collect(query, conditions)) return null;
        List<Object> fixed = new ArrayList<>();
        while (fixed.size() < fields.size()) {
            Object equal = equalTo(conditions.get(fields.get(fixed.size())));
            if (equal == null) break;
            fixed.add(equal);
        }
        List<String> free = fields.subList(fixed.size(), fields.size());
        int direction = directionOf(orderBy, free);
        List<Object> from = new ArrayList<>(fixed);
        List<Object> to = new ArrayList<>(fixed);
        if (!free.isEmpty()) {
            List<Document> bounds = conditions.get(free.get(0));
            addIfPresent(from, boundOf(bounds, "$gte", "$gt"));
            addIfPresent(to, boundOf(bounds, "$lte", "$lt"));
        }
        boolean isRange = from.size() > fixed.size() || to.size() > fixed.size();
        if (fixed.isEmpty() && !isRange && direction == 0) return null;
        to.add(LAST);
        if (compareAll(from, to) > 0) return new Walk(Integer.MAX_VALUE, true, List.of());
        var part = positions.subMap(from, true, to, true);
        int score = 4 * fixed.size() + (isRange ? 2 : 0) + (direction == 0 ? 0 : 1);
        return new Walk(score, direction != 0, (direction < 0 ? part.descendingMap() : part).values());
    }

    /** 1 or -1: the fields that are not fixed have this order. 0: they have another one than was asked for. */
    private static int directionOf(Document orderBy, List<String> free) {
        if (orderBy == null || orderBy.isEmpty() || orderBy.size() > free.size()) return 0;
        int direction = 0;
        Iterator<String> next = free.iterator();
        for (Map.Entry<String, Object> each : orderBy.entrySet()) {
            if (!each.getKey().equals(next.next()) || !(each.getValue() instanceof Number number)) return 0;
            int own = Integer.signum(number.intValue());
            if (direction != 0 && own != direction) return 0;
            direction = own;
        }
        return direction;
    }

    /** By field, all that has to be true. False where the query has an operator that is not understood here. */
    private static boolean collect(Document query, Map<String, List<Document>> conditions) {
        for (Map.Entry<String, Object> each : query.entrySet()) {
            String field = each.getKey();
            if (field.equals("$and")) {
                for (Object part : (Collection<?>) each.getValue()) {
                    if (!collect((Document) part, conditions)) return false;
                }
            } else if (field.startsWith("$")) {
                return false;
            } else {
                Document condition = each.getValue() instanceof Document operators ? operators : new Document("$eq", each.getValue());
                conditions.computeIfAbsent(field, (unused) -> new ArrayList<>()).add(condition);
            }
        }
        return true;
    }

    private static Object equalTo(List<Document> conditions) {
        if (conditions == null) return null;
        return conditions.stream().map((one) -> one.get("$eq")).filter(OrderedEntries::isPlain).findFirst().orElse(null);
    }

    /** Only of numbers: MongoDB compares within a type, and the types follow one another in the index. */
    private static Object boundOf(List<Document> conditions, String inclusive, String exclusive) {
        if (conditions == null) return null;
        return conditions.stream()
            .map((one) -> one.getOrDefault(inclusive, one.get(exclusive)))
            .filter(Number.class::isInstance)
            .findFirst()
            .orElse(null);
    }

    private static void addIfPresent(List<Object> values, Object value) {
        if (value != null) values.add(value);
    }

    private static boolean isPlain(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }

    /** A list that begins another one stands in front of it. */
    private static int compareAll(List<Object> one, List<Object> other) {
        for (int index = 0; index < Math.min(one.size(), other.size()); index += 1) {
            int order = compare(one.get(index), other.get(index));
            if (order != 0) return order;
        }
        return Integer.compare(one.size(), other.size());
    }

    private static int compare(Object one, Object other) {
        int order = Integer.compare(rank(one), rank(other));
        if (order != 0) return order;
        // The sum makes the two zeros equal.
        if (one instanceof Number number) return Double.compare(0.0 + number.doubleValue(), 0.0 + ((Number) other).doubleValue());
        if (one instanceof String text) return text.compareTo((String) other);
        if (one instanceof Boolean flag) return flag.compareTo((Boolean) other);
        return Objects.toString(one).compareTo(Objects.toString(other));
    }

    private static int rank(Object value) {
        if (value instanceof Number) return 1;
        if (value instanceof String) return 2;
        if (value instanceof Boolean) return 4;
        if (value == null || value instanceof Missing) return 0;
        return value == LAST ? 5 : 3;
    }

    /** Positions of the ids of `$in`, for an index over one field; null for any other query. */
    Iterable<Integer> among(Document query) {
        Map<String, List<Document>> conditions = new LinkedHashMap<>();
        if (fields.size() != 1 || !collect(query, conditions)) return null;
        for (Document condition : conditions.getOrDefault(fields.get(0), List.of())) {
            if (condition.get("$in") instanceof Collection<?> wanted && wanted.stream().allMatch(OrderedEntries::isPlain)) {
                return wanted.stream().map((id) -> positions.get(List.<Object>of(id))).filter(Objects::nonNull).toList();
            }
        }
        return null;
    }
}
