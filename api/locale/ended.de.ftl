# Was mit einer Mitgliedschaft endet: je ein Satz.
membership = Die Mitgliedschaft bei { $account } als { $role } mit { $held }.
clients = Der Zugang zu den Konten von Kunden: { $names }.
clients-and-more = Der Zugang zu den Konten von { $count } Kunden, darunter { $names }.
elsewhere = Die Mitgliedschaft bei { $name }, die über die Partnerschaft gewährt wurde.
contribution = Die Mitarbeit an { $name }.
key = Der API-Schlüssel „{ $name }“.
invitation = Die Einladung an { $name }.
