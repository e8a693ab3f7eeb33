package behalf;

import de.bwaldvogel.mongo.MongoBackend;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import org.h2.mvstore.MVStore;

/** Speaks MongoDB's wire protocol: `StandIn PORT` keeps everything in memory, `StandIn PORT FILE` in a file of H2. */
public final class StandIn {

    /** MongoDB 4.4: the least our driver talks to. The server itself says 8, but knows the commands we use. */
    private static final int WIRE_VERSION = 9;

    public static void main(String[] arguments) {
        MongoBackend backend = arguments.length > 1 ? inFile(arguments[1]) : inMemory();
        MongoServer server = new MongoServer(backend);
        server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        System.out.println("listening");
    }

    private static MongoBackend inMemory() {
        return new MemoryBackend() {
            @Override
            public MemoryDatabase openOrCreateDatabase(String name) {
                return new IndexedDatabase(name, getCursorRegistry());
            }

            @Override
            public Document handleCommand(Channel channel, String database, String command, Document query) {
                return newer(command, super.handleCommand(channel, database, command, query));
            }
        };
    }

    private static MongoBackend inFile(String file) {
        MVStore store = new MVStore.Builder().fileName(file).autoCommitDisabled().open();
        return new H2Backend(store) {
            @Override
            public Document handleCommand(Channel channel, String database, String command, Document query) {
                return newer(command, super.handleCommand(channel, database, command, query));
            }

            /** Nothing is answered before it is in the file. */
            @Override
            public Document handleMessage(MongoMessage message) {
                Document answer = super.handleMessage(message);
                if (store.hasUnsavedChanges()) {
                    store.commit();
                    store.sync();
                }
                return answer;
            }
        };
    }

    private static Document newer(String command, Document answer) {
        boolean isGreeting = command.equalsIgnoreCase("hello") || command.equalsIgnoreCase("ismaster");
        if (isGreeting) answer.put("maxWireVersion", WIRE_VERSION);
        return answer;
    }

    private StandIn() {}
}
