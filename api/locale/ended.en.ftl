# What ends with a membership: a sentence each.
membership = The membership of { $account } as { $role }, with { $held }.
clients = The access to the accounts of clients: { $names }.
clients-and-more = The access to the accounts of { $count } clients, among them { $names }.
elsewhere = The membership of { $name }, which was granted through the partnership.
contribution = The part in the work on { $name }.
key = The API key “{ $name }”.
invitation = The invitation of { $name }.
