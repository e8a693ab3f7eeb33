package behalf;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.EmptyIndex;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.backend.memory.index.MemoryUniqueIndex;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * A collection in memory that finds by its indexes, as MongoDB does. The one of the library finds by an id only, and else compares every
 * document.
 */
final class IndexedCollection extends MemoryCollection {

    private interface Ordered {
        OrderedEntries entries();
    }

    IndexedCollection(MongoDatabase database, String name, CollectionOptions options, CursorRegistry cursors) {
        super(database, name, options, cursors);
    }

    @Override
    protected synchronized QueryResult queryDocuments(
        Document query, Document orderBy, int skip, int limit, int batchSize, Document fields) {
        OrderedEntries.Walk walk = walk(query, orderBy);
        if (walk == null) return super.queryDocuments(query, orderBy, skip, limit, batchSize, fields);
        Document order = walk.isSorted() ? null : orderBy;
        return matchDocuments(query, walk.positions(), order, skip, limit, batchSize, fields);
    }

    /** The best walk over an index, or over one for each branch of `$or`. Null: compare all documents. */
    private OrderedEntries.Walk walk(Document query, Document orderBy) {
        if (query.size() == 1 && query.get("$or") instanceof Collection<?> branches) return walkEach(branches);
        OrderedEntries.Walk best = null;
        for (Index<Integer> index : getIndexes()) {
            if (!(index instanceof Ordered ordered)) continue;
            Iterable<Integer> among = ordered.entries().among(query);
            if (among != null) return new OrderedEntries.Walk(0, false, inOrder(List.of(among)));
            OrderedEntries.Walk walk = ordered.entries().walk(query, orderBy);
            if (walk != null && (best == null || walk.score() > best.score())) best = walk;
        }
        if (best == null || best.isSorted()) return best;
        return new OrderedEntries.Walk(best.score(), false, inOrder(List.of(best.positions())));
    }

    private OrderedEntries.Walk walkEach(Collection<?> branches) {
        List<Iterable<Integer>> found = new ArrayList<>();
        for (Object branch : branches) {
            OrderedEntries.Walk walk = walk((Document) branch, null);
            if (walk == null) return null;
            found.add(walk.positions());
        }
        return new OrderedEntries.Walk(0, false, inOrder(found));
    }

    /** Each once, in the order in which a scan would come to them. */
    private static Iterable<Integer> inOrder(List<Iterable<Integer>> found) {
        TreeSet<Integer> positions = new TreeSet<>();
        for (Iterable<Integer> some : found) some.forEach(positions::add);
        return positions;
    }

    /** A read while the library adds an index would come upon a list that changes. */
    @Override
    public synchronized void addIndex(Index<Integer> index) {
        super.addIndex(index);
    }

    static Index<Integer> unique(String name, List<IndexKey> keys, boolean isSparse) {
        return new Unique(name, keys, isSparse);
    }

    static Index<Integer> secondary(String name, List<IndexKey> keys) {
        return new Secondary(name, keys);
    }

    private static List<Object> listOf(KeyValue values) {
        List<Object> list = new ArrayList<>();
        values.normalized().forEach(list::add);
        return list;
    }

    private static List<String> namesOf(List<IndexKey> keys) {
        return keys.stream().map(IndexKey::getKey).toList();
    }

    private static final class Unique extends MemoryUniqueIndex implements Ordered {

        private final OrderedEntries entries;

        Unique(String name, List<IndexKey> keys, boolean isSparse) {
            super(name, keys, isSparse);
            entries = new OrderedEntries(keys());
        }

        @Override
        public OrderedEntries entries() {
            return entries;
        }

        @Override
        protected boolean putKeyPosition(KeyValue values, Integer position) {
            boolean isNew = super.putKeyPosition(values, position);
            if (isNew) entries.put(listOf(values), position);
            return isNew;
        }

        @Override
        protected Integer removeDocument(KeyValue values) {
            entries.remove(listOf(values));
            return super.removeDocument(values);
        }
    }

    /** As the library's own, which holds nothing, it does not say where a document is. */
    private static final class Secondary extends EmptyIndex<Integer> implements Ordered {

        private static final String ID = "_id";

        private final OrderedEntries entries;

        Secondary(String name, List<IndexKey> keys) {
            super(name, withId(keys));
            entries = new OrderedEntries(keys());
        }

        /** The id at the end makes each entry the only one of its kind. */
        private static List<IndexKey> withId(List<IndexKey> keys) {
            List<IndexKey> all = new ArrayList<>(keys);
            if (!namesOf(keys).contains(ID)) all.add(new IndexKey(ID, true));
            return all;
        }

        @Override
        public OrderedEntries entries() {
            return entries;
        }

        @Override
        public void add(Document document, Integer position, MongoCollection<Integer> collection) {
            for (List<Object> values : valuesOf(document)) entries.put(values, position);
        }

        @Override
        public Integer remove(Document document) {
            for (List<Object> values : valuesOf(document)) entries.remove(values);
            return null;
        }

        @Override
        public void updateInPlace(
            Document oldDocument, Document newDocument, Integer position, MongoCollection<Integer> collection) {
            remove(oldDocument);
            add(newDocument, position, collection);
        }

        private List<List<Object>> valuesOf(Document document) {
            return getKeyValues(document).stream().map(IndexedCollection::listOf).toList();
        }
    }
}
